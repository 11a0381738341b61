#include "consent_mode.hpp"

#include <gatepost/core/text.hpp>

#include <algorithm>

namespace gatepost::consent {
namespace {

constexpr std::string_view no_value = "no Consent Mode value";

// What a letter says of one kind of storage; nullopt for a letter nobody has seen.
std::optional<state> meaning(char letter) {
    switch (letter) {
    case 'm': // denied by the visitor
    case 'q': // denied by default and by the visitor
    case 'u': // granted by default, denied by the visitor
        return state::denied;
    case 'p': // denied by default
    case 'l': // not set
        return state::undecided;
    case 't': // granted by default
        return state::implied;
    case 'r': // denied by default, granted by the visitor
    case 'n': // granted by the visitor
    case 'v': // granted by default and by the visitor
        return state::granted;
    default:
        return std::nullopt;
    }
}

} // namespace

reading read_gcs(std::string_view text) {
    constexpr std::string_view known = "01-";
    if (text.size() != 4 || !text.starts_with("G1") ||
        known.find(text[2]) == std::string_view::npos ||
        known.find(text[3]) == std::string_view::npos) {
        return unreadable(no_value);
    }
    switch (text[2]) {
    case '0':
        return {.state = state::denied};
    case '1':
        return {.state = state::implied};
    default:
        return {.state = state::undecided};
    }
}

reading read_gcd(std::string_view text) {
    constexpr std::size_t fields = 9; // up to ad_personalization, the last of the four letters
    if (text.size() < fields || text[0] != '1') {
        return unreadable(no_value);
    }
    for (std::size_t i = 1; i < fields; ++i) {
        if (i % 2 == 1 ? !core::is_digit(text[i]) : !core::is_alpha(text[i])) {
            return unreadable(no_value);
        }
    }
    const auto ad_storage = meaning(text[2]);
    const auto ad_user_data = meaning(text[6]);
    if (!ad_storage || !ad_user_data) {
        return unreadable(no_value);
    }
    const auto stricter = std::ranges::max(*ad_storage, *ad_user_data, {}, strictness);
    return {.state = stricter};
}

} // namespace gatepost::consent
