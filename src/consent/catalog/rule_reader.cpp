#include "rule_reader.hpp"

#include "circumstances.hpp"
#include "cookie_content.hpp"

#include <gatepost/core/text.hpp>

#include <algorithm>
#include <list>

namespace gatepost::consent {
namespace {

using quantifier = circumstances::quantifier;

bool holds(const std::vector<std::string>& list, std::string_view text) {
    return std::ranges::find(list, text) != list.end();
}

void take_strictest(std::optional<state>& into, state found) {
    if (!into || strictness(found) > strictness(*into)) {
        into = found;
    }
}

bool is_longer(std::string_view text, const std::vector<std::string>& list) {
    return std::ranges::all_of(list, [&](const auto& one) { return text.size() > one.size(); });
}

std::optional<state> by_whole_value(const whole_values& whole, std::string_view value) {
    // Three characters stand for one at most: most cookies are too long to be any of the values.
    const auto least = value.substr(0, (value.size() + 2) / 3);
    if (is_longer(least, whole.denied) && is_longer(least, whole.undecided) &&
        is_longer(least, whole.implied) && is_longer(least, whole.granted)) {
        return std::nullopt;
    }
    const auto text = core::percent_decode(value);
    return holds(whole.denied, text)      ? std::optional(state::denied)
           : holds(whole.undecided, text) ? std::optional(state::undecided)
           : holds(whole.implied, text)   ? std::optional(state::implied)
           : holds(whole.granted, text)   ? std::optional(state::granted)
                                          : std::nullopt;
}

// What a cookie that has been taken apart says about the marketing names of its rule.
class category_reader {
  public:
    category_reader(const cookie_rule& rule, const content& cookie, const circumstances& around)
        : rule_(rule), cookie_(cookie), around_(around) {
        if (rule_.inside) {
            open_insides();
        }
    }

    reading read() const {
        if (around_.some(rule_.denied_when, quantifier::any)) {
            return {.state = state::denied};
        }
        switch (rule_.lists) {
        case listing::accepted:
            return rule_.refused.empty() ? by_accepted() : by_both_lists();
        case listing::refused:
            return by_refused();
        case listing::none:
        case listing::all:
            break;
        }
        return by_value();
    }

  private:
    using names = std::vector<std::string>;

    // A text at a place of the rule, taken apart once more.
    struct inside {
        inside(const path* at, bool ignore_case) : place(at), read(ignore_case) {}

        const path* place;
        content read;
        bool readable = false;
    };

    void open_insides() {
        for (const auto& place : rule_.where) {
            for (const auto& text : cookie_.find(place, "")) {
                auto& opened = insides_.emplace_back(&place, rule_.ignore_case);
                opened.readable = text && opened.read.read(*text, decoding::url, *rule_.inside);
            }
        }
    }

    // Calls visit(content, place) for what stands at `place`, or, where the rule says so, for what
    // stands in there, place by place until one returns true. False when that cannot be read.
    template <class Visit>
    bool look_inside(const path& place, const Visit& visit) const {
        if (!rule_.inside) {
            visit(cookie_, place);
            return true;
        }
        for (const auto& opened : insides_) {
            if (opened.place == &place) {
                if (!opened.readable) {
                    return false;
                }
                std::ranges::find_if(rule_.inside_where,
                                     [&](const path& in) { return visit(opened.read, in); });
            }
        }
        return true;
    }

    state by_text(const std::optional<std::string>& text) const {
        return !text                           ? state::unreadable
               : holds(rule_.denied, *text)    ? state::denied
               : holds(rule_.undecided, *text) ? state::undecided
               : holds(rule_.implied, *text)   ? state::implied
               : holds(rule_.granted, *text)   ? state::granted
                                               : state::unreadable;
    }

    // What the values at all places say about one name.
    std::optional<state> look_up(std::string_view name) const {
        std::optional<state> strictest;
        for (const auto& place : rule_.where) {
            const bool readable = look_inside(place, [&](const content& from, const path& at) {
                for (const auto& text : from.find(at, name)) {
                    take_strictest(strictest, by_text(text));
                }
                return false;
            });
            if (!readable) {
                return state::unreadable;
            }
        }
        return strictest;
    }

    reading by_value() const {
        std::optional<state> strictest;
        if (rule_.lists == listing::none) {
            strictest = look_up("");
        }
        if (rule_.lists == listing::all) {
            for (const auto& name : rule_.marketing) {
                if (const auto found = look_up(name)) {
                    take_strictest(strictest, *found);
                }
            }
        }
        for (const auto& name : rule_.vetoes) {
            if (look_up(name) == state::denied) {
                strictest = state::denied;
            }
        }
        return strictest ? reading{.state = *strictest,
                                   .detail = *strictest == state::unreadable ? "unknown value" : ""}
                         : unlisted(state::undecided, "no mapped category");
    }

    // None of the marketing names is there: everything may have been accepted or refused at once.
    reading unlisted(state otherwise, std::string_view detail) const {
        if (around_.every(rule_.all_denied_when, quantifier::any)) {
            return {.state = state::denied};
        }
        if (around_.every(rule_.all_granted_when, quantifier::all)) {
            return {.state = state::granted};
        }
        return {.state = otherwise, .detail = detail};
    }

    // Whether a list names any, or all, of some names; nullopt when there is no list.
    std::optional<bool> names_any(const content& from, const path& at, const names& wanted,
                                  bool all) const {
        std::optional<bool> named;
        for (const auto& name : wanted) {
            named = from.lists(at, name, rule_.members_only);
            if (!named || *named != all) {
                break;
            }
        }
        return named;
    }

    struct listed {
        std::optional<bool> named; // nullopt when there is no list
        bool readable = true;
    };

    // The first list that is there; of those that `every_place` adds, one that names is enough.
    listed look_for(const names& wanted, const std::vector<path>& places, bool all,
                    bool every_place) const {
        listed result;
        for (const auto& place : places) {
            if (result.named == true || (result.named && !every_place)) {
                break;
            }
            result.readable = look_inside(place, [&](const content& from, const path& at) {
                const auto named = names_any(from, at, wanted, all);
                if (named && result.named != true) {
                    result.named = named;
                }
                return named.has_value();
            });
            if (!result.readable) {
                break;
            }
        }
        return result;
    }

    reading by_accepted() const {
        const auto found = look_for(rule_.marketing, rule_.where, rule_.needs_all, false);
        if (!found.readable) {
            return {.state = state::unreadable, .detail = "not decodable"};
        }
        if (rule_.marketing.empty()) {
            return unlisted(state::undecided, "no mapped category");
        }
        if (found.named == true) {
            return {.state = state::granted};
        }
        if (!found.named && around_.some(rule_.implied_when, quantifier::all)) {
            return {.state = state::undecided, .detail = "no choice yet"};
        }
        if (!found.named) {
            return unlisted(state::unreadable, "no list of categories");
        }
        return rule_.unlisted_denied ? unlisted(state::denied, "")
                                     : unlisted(state::undecided, "no mapped category");
    }

    reading by_both_lists() const {
        for (const auto* wanted : {&rule_.marketing, &rule_.vetoes}) {
            if (look_for(*wanted, rule_.refused, false, true).named == true) {
                return {.state = state::denied};
            }
        }
        return look_for(rule_.marketing, rule_.where, rule_.needs_all, true).named == true
                   ? reading{.state = state::granted}
                   : unlisted(state::undecided, "no mapped category");
    }

    reading by_refused() const {
        const auto found = look_for(rule_.marketing, rule_.where, false, true);
        if (!found.readable) {
            return {.state = state::unreadable, .detail = "not decodable"};
        }
        return found.named == true ? reading{.state = state::denied}
                                   : unlisted(state::undecided, "neither granted nor denied");
    }

    const cookie_rule& rule_;
    const content& cookie_;
    const circumstances& around_;
    std::list<inside> insides_;
};

} // namespace

reading read_cookie(const cookie_rule& rule, std::string_view value, const cookie_jar& jar) {
    if (const auto whole = by_whole_value(rule.whole, value)) {
        return {.state = *whole};
    }
    content cookie(rule.ignore_case);
    if (!cookie.read(value, rule.decode, rule.form)) {
        return {.state = state::unreadable, .detail = "not decodable"};
    }
    const circumstances around(rule, cookie, jar);
    auto result = category_reader(rule, cookie, around).read();
    around.settle(result);
    around.take_asides(result);
    return result;
}

} // namespace gatepost::consent
