#include "rule_reader.hpp"

#include "cookie_content.hpp"

#include <gatepost/core/text.hpp>

#include <algorithm>

namespace gatepost::consent {
namespace {

using values = std::vector<std::optional<std::string>>;

bool holds(const std::vector<std::string>& list, std::string_view text) {
    return std::ranges::find(list, text) != list.end();
}

// Decoded values of another cookie.
values copies_of(const cookie_jar& jar, std::uint16_t slot) {
    values found;
    for (const auto& cookie : jar.sightings()) {
        if (cookie.slot == slot) {
            found.emplace_back(core::percent_decode(cookie.value));
        }
    }
    return found;
}

class rule_reader {
  public:
    rule_reader(const cookie_rule& rule, const cookie_jar& jar) : rule_(rule), jar_(jar) {}

    reading read(std::string_view value) {
        if (const auto whole = by_whole_value(core::percent_decode(value))) {
            return {*whole};
        }
        if (!content_.read(value, rule_.decode, rule_.form)) {
            return {state::unreadable, "not decodable"};
        }
        reading result = rule_.lists_accepted ? by_list() : by_value();
        settle(result);
        result.gpc = some(rule_.gpc_when, quantifier::any);
        return result;
    }

  private:
    // Copies of a field or cookie may disagree: whether one or all must pass depends on which of
    // the two forbids more.
    enum class quantifier { any, all };

    std::optional<state> by_whole_value(std::string_view text) const {
        const auto& whole = rule_.whole;
        return holds(whole.denied, text)      ? std::optional(state::denied)
               : holds(whole.undecided, text) ? std::optional(state::undecided)
               : holds(whole.implied, text)   ? std::optional(state::implied)
               : holds(whole.granted, text)   ? std::optional(state::granted)
                                              : std::nullopt;
    }

    state by_text(const std::optional<std::string>& text) const {
        return !text                           ? state::unreadable
               : holds(rule_.denied, *text)    ? state::denied
               : holds(rule_.undecided, *text) ? state::undecided
               : holds(rule_.granted, *text)   ? state::granted
                                               : state::unreadable;
    }

    // What a platform that gives every category a value says about one name.
    std::optional<state> look_up(std::string_view name) const {
        std::optional<state> strictest;
        const auto take = [&](const content& from, const path& at) {
            for (const auto& text : from.find(at, name)) {
                const auto found = by_text(text);
                if (!strictest || strictness(found) > strictness(*strictest)) {
                    strictest = found;
                }
            }
        };
        for (const auto& place : rule_.where) {
            if (!rule_.inside) {
                take(content_, place);
            } else {
                static const path member{{"", true}};
                for (const auto& text : content_.find(place, "")) {
                    content inner;
                    if (!text || !inner.read(*text, decoding::url, *rule_.inside)) {
                        return state::unreadable;
                    }
                    take(inner, member);
                }
            }
            if (strictest) {
                break;
            }
        }
        return strictest;
    }

    reading by_value() const {
        std::optional<state> strictest;
        for (const auto& name : rule_.marketing) {
            const auto found = look_up(name);
            if (found && (!strictest || strictness(*found) > strictness(*strictest))) {
                strictest = found;
            }
        }
        if (rule_.marketing.empty()) {
            strictest = look_up("");
        }
        for (const auto& name : rule_.vetoes) {
            if (look_up(name) == state::denied) {
                strictest = state::denied;
            }
        }
        if (!strictest) {
            return {state::undecided, "no mapped category"};
        }
        return {*strictest, *strictest == state::unreadable ? "unknown value" : ""};
    }

    // Whether the list at one of the places names marketing; nullopt when there is no list.
    std::optional<bool> names_marketing(const content& from, const path& at) const {
        std::optional<bool> named;
        for (const auto& name : rule_.marketing) {
            named = from.lists(at, name);
            if (named != false) {
                break;
            }
        }
        return named;
    }

    reading by_list() const {
        for (const auto& place : rule_.where) {
            std::optional<bool> named;
            if (!rule_.inside) {
                named = names_marketing(content_, place);
            } else if (const auto texts = content_.find(place, ""); !texts.empty()) {
                content inner;
                if (!texts.front() || !inner.read(*texts.front(), decoding::url, *rule_.inside)) {
                    return {state::unreadable, "not decodable"};
                }
                named = names_marketing(inner, {});
            }
            if (named) {
                return {*named ? state::granted : state::denied};
            }
        }
        return {state::unreadable, "no list of categories"};
    }

    bool passes(const condition& test, const std::optional<std::string>& text) const {
        if (!text) {
            return false;
        }
        if (test.at_least) {
            const auto number = core::parse_integer<std::int64_t>(*text);
            return number && *number >= *test.at_least;
        }
        return test.is.empty() ? !text->empty() : holds(test.is, *text);
    }

    bool some(const std::vector<condition>& tests, quantifier how) const {
        return std::ranges::any_of(tests, [&](const condition& test) {
            const auto texts =
                test.cookie.empty() ? content_.find(test.field, "") : copies_of(jar_, test.slot);
            const auto pass = [&](const auto& text) { return passes(test, text); };
            return how == quantifier::any ? std::ranges::any_of(texts, pass)
                                          : !texts.empty() && std::ranges::all_of(texts, pass);
        });
    }

    // The earliest time given, and whether everything given could be read.
    bool take_time(const std::optional<moment>& where,
                   std::optional<std::chrono::sys_seconds>& into) const {
        if (!where) {
            return true;
        }
        values texts;
        if (!where->cookie.empty()) {
            texts = copies_of(jar_, where->slot);
        }
        for (auto field = where->fields.begin(); texts.empty() && field != where->fields.end();
             ++field) {
            texts = content_.find(*field, "");
        }
        bool readable = true;
        for (const auto& text : texts) {
            const auto time = text ? parse_time(*text, where->unit) : std::nullopt;
            readable = readable && (time || (text && text->empty()));
            if (time && (!into || *time < *into)) {
                into = time;
            }
        }
        return readable;
    }

    // What a yes or no is worth: chosen by the visitor, or filled in by the platform.
    void settle(reading& result) const {
        const auto& decided = rule_.decided_when;
        const auto& implied = rule_.implied_when;
        const bool chosen_readable = take_time(rule_.chosen_at, result.at);
        const bool expiry_readable = take_time(rule_.expires_at, result.expires);
        if (result.state == state::granted) {
            if (some(rule_.asked_again_when, quantifier::any)) {
                result = {state::undecided, "asked again", result.at, result.expires};
            } else if (some(implied, quantifier::any) ||
                       (!decided.empty() && !some(decided, quantifier::all))) {
                result = {state::implied, "no choice yet", result.at, result.expires};
            } else if (!chosen_readable || !expiry_readable) {
                result = {state::unreadable, "time not readable"};
            }
        } else if (result.state == state::denied) {
            const bool filled_in = implied.empty()
                                       ? !decided.empty() && !some(decided, quantifier::any)
                                       : some(implied, quantifier::all);
            if (filled_in) {
                result = {state::undecided, "no choice yet", result.at, result.expires};
            }
        }
    }

    const cookie_rule& rule_;
    const cookie_jar& jar_;
    content content_;
};

} // namespace

reading read_cookie(const cookie_rule& rule, std::string_view value, const cookie_jar& jar) {
    return rule_reader(rule, jar).read(value);
}

int strictness(state value) {
    switch (value) {
    case state::granted:
        return 0;
    case state::implied:
        return 1;
    case state::undecided:
        return 2;
    case state::unreadable:
        return 3;
    case state::denied:
        break;
    }
    return 4;
}

} // namespace gatepost::consent
