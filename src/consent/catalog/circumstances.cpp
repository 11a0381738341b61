#include "circumstances.hpp"

#include "region_hint.hpp"

#include <gatepost/core/text.hpp>
#include <gatepost/core/units.hpp>

#include <algorithm>

namespace gatepost::consent {
namespace {

bool holds(const std::vector<std::string>& list, std::string_view text) {
    return std::ranges::find(list, text) != list.end();
}

bool passes(const condition& test, const std::optional<std::string>& text) {
    if (!text) {
        return test.present;
    }
    if (test.present) {
        return !text->empty();
    }
    if (test.at_least) {
        const auto number = core::parse_integer<std::int64_t>(*text);
        return number && *number >= *test.at_least;
    }
    if (!test.contains.empty()) {
        return text->find(test.contains) != std::string::npos;
    }
    return test.is.empty() ? !holds(test.is_not, *text) : holds(test.is, *text);
}

std::optional<std::chrono::sys_seconds> parse_time(const std::string& text,
                                                   const std::vector<time_unit>& units) {
    std::optional<std::chrono::sys_seconds> time;
    for (auto unit = units.begin(); !time && unit != units.end(); ++unit) {
        time = consent::parse_time(text, *unit);
    }
    return time;
}

void take_earlier(std::optional<std::chrono::sys_seconds>& into, std::chrono::sys_seconds time) {
    if (!into || time < *into) {
        into = time;
    }
}

} // namespace

// Decoded values of another cookie.
circumstances::values circumstances::copies_of(std::optional<std::uint16_t> slot) const {
    values found;
    for (const auto& cookie : jar_.sightings()) {
        if (cookie.slot == slot) {
            found.emplace_back(core::percent_decode(cookie.value));
        }
    }
    return found;
}

bool circumstances::is_met(const condition& test, quantifier how) const {
    const auto pass = [&](const values& texts) {
        const auto passes_one = [&](const auto& text) { return passes(test, text); };
        return how == quantifier::any ? std::ranges::any_of(texts, passes_one)
                                      : !texts.empty() && std::ranges::all_of(texts, passes_one);
    };
    if (!test.cookie.empty()) {
        const auto texts = copies_of(test.slot);
        return test.absent ? texts.empty() : pass(texts);
    }
    const auto is_there = [&](const path& field) { return cookie_.is_there(field); };
    if (test.absent) {
        return std::ranges::none_of(test.fields, is_there);
    }
    return std::ranges::any_of(test.fields, [&](const path& field) {
        return (!test.present || is_there(field)) && pass(cookie_.find(field, ""));
    });
}

bool circumstances::some(const std::vector<condition>& tests, quantifier how) const {
    return std::ranges::any_of(tests, [&](const auto& test) { return is_met(test, how); });
}

bool circumstances::every(const std::vector<condition>& tests, quantifier how) const {
    return !tests.empty() &&
           std::ranges::all_of(tests, [&](const auto& test) { return is_met(test, how); });
}

circumstances::values circumstances::texts_at(const moment& where) const {
    if (!where.cookie.empty()) {
        return copies_of(where.slot);
    }
    values texts;
    for (auto field = where.fields.begin(); texts.empty() && field != where.fields.end(); ++field) {
        texts = cookie_.find(*field, "");
    }
    return texts;
}

// The earliest time given, and whether everything given could be read.
bool circumstances::take_time(const std::optional<moment>& where,
                              std::optional<std::chrono::sys_seconds>& into) const {
    bool readable = true;
    for (const auto& text : where ? texts_at(*where) : values()) {
        if (const auto time = text ? parse_time(*text, where->units) : std::nullopt) {
            take_earlier(into, *time);
        } else {
            readable = readable && text && text->empty();
        }
    }
    return readable;
}

bool circumstances::take_times(reading& result) const {
    constexpr int longest = 100 * 365;
    const bool chosen_readable = take_time(rule_.chosen_at, result.at);
    bool readable = take_time(rule_.expires_at, result.expires) && chosen_readable;
    values terms;
    for (auto field = rule_.expires_after_days.begin();
         terms.empty() && field != rule_.expires_after_days.end(); ++field) {
        terms = cookie_.find(*field, "");
    }
    for (const auto& term : terms) {
        const auto number = term ? core::parse_integer<int>(*term) : std::nullopt;
        if (!number || *number < 0 || *number > longest) {
            readable = false;
        } else if (result.at) {
            take_earlier(result.expires, *result.at + core::days(*number));
        }
    }
    return readable;
}

void circumstances::settle(reading& result) const {
    const auto& decided = rule_.decided_when;
    const auto& implied = rule_.implied_when;
    const bool times_readable = take_times(result);
    if (result.state == state::granted) {
        if (some(rule_.asked_again_when, quantifier::any)) {
            result.state = state::undecided;
            result.detail = "asked again";
        } else if (some(rule_.withheld_when, quantifier::any)) {
            result.state = state::undecided;
            result.detail = "granted in part";
        } else if (some(implied, quantifier::any) ||
                   (!decided.empty() && !some(decided, quantifier::all))) {
            result.state = state::implied;
            result.detail = "no choice yet";
        } else if (!times_readable) {
            result = {.state = state::unreadable, .detail = "time not readable"};
        }
    } else if (result.state == state::denied) {
        const bool filled_in = implied.empty() ? !decided.empty() && !some(decided, quantifier::any)
                                               : some(implied, quantifier::all);
        if (filled_in) {
            result.state = state::undecided;
            result.detail = "no choice yet";
        }
    }
}

void circumstances::take_asides(reading& result) const {
    result.gpc = some(rule_.gpc_when, quantifier::any);
    result.us_opt_out = some(rule_.us_opt_out_when, quantifier::any);
    if (const auto& hint = rule_.region_hint) {
        const auto texts =
            hint->cookie.empty() ? cookie_.find(hint->field, "") : copies_of(hint->slot);
        for (const auto& text : texts) {
            const auto place = text ? read_place_hint(*text, hint->written) : place_hint();
            if (!place.country.empty()) {
                result.places.emplace_back(place.country, place.region);
            }
        }
    }
}

} // namespace gatepost::consent
