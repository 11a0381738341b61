#include "additional_consent.hpp"

#include <gatepost/core/text.hpp>

#include <algorithm>

namespace gatepost::consent {
namespace {

// Calls `each` with the ids of a list separated by dots; false when it is no such list. The empty
// text is the empty list.
template <class Visit>
bool each_id(std::string_view list, Visit&& visit) {
    if (list.ends_with('.')) {
        return false;
    }
    while (!list.empty()) {
        const auto id = core::parse_integer<int>(core::next_field(list, '.'));
        if (!id || *id < 0) {
            return false;
        }
        visit(*id);
    }
    return true;
}

bool is_list(std::string_view list) {
    return each_id(list, [](int) {});
}

bool contains(std::string_view list, int wanted) {
    bool found = false;
    each_id(list, [&](int id) { found |= id == wanted; });
    return found;
}

struct lists {
    std::string_view consented;
    std::string_view disclosed; // and not consented to
    bool all_disclosed = false; // version 1 does not say who was disclosed
};

std::optional<lists> parse(std::string_view text) {
    constexpr std::string_view disclosed_mark = "dv.";
    lists result;
    const auto separators = std::ranges::count(text, '~');
    const auto version = core::next_field(text, '~');
    if (version == "1" && separators == 1) {
        result = {.consented = text, .disclosed = {}, .all_disclosed = true};
    } else if (version == "2" && separators == 2) {
        result.consented = core::next_field(text, '~');
        if (!text.starts_with(disclosed_mark)) {
            return std::nullopt;
        }
        result.disclosed = text.substr(disclosed_mark.size());
    } else {
        return std::nullopt;
    }
    return is_list(result.consented) && is_list(result.disclosed) ? std::optional(result)
                                                                  : std::nullopt;
}

} // namespace

reading read_additional_consent(std::string_view text, std::span<const int> providers) {
    const auto said = parse(text);
    if (!said) {
        return {.state = state::unreadable, .detail = "no Additional Consent string"};
    }
    const auto about = [&](int provider) {
        if (contains(said->disclosed, provider)) {
            return state::denied; // also where both lists have it
        }
        if (contains(said->consented, provider)) {
            return state::granted;
        }
        return said->all_disclosed ? state::denied : state::undecided;
    };
    reading result; // undecided: nobody was asked for
    if (!providers.empty()) {
        result.state = state::granted;
    }
    for (const int provider : providers) {
        result.state = std::ranges::max(result.state, about(provider), {}, strictness);
    }
    if (result.state == state::undecided) {
        result.detail = "provider not disclosed";
    }
    return result;
}

} // namespace gatepost::consent
