#include "shopify.hpp"

#include <gatepost/core/text.hpp>

#include <algorithm>

namespace gatepost::consent {
namespace {

constexpr std::string_view purposes = "amps";

// The letter of a purpose among some: 'M', 'm', or '\0' when it is not there.
char letter_of(std::string_view letters, char purpose) {
    const auto found = std::ranges::find_if(
        letters, [&](char letter) { return core::to_lower(letter) == purpose; });
    return found == letters.end() ? '\0' : *found;
}

// Letters, none of them twice: a purpose cannot be both accepted and declined.
bool is_letters(std::string_view text) {
    return std::ranges::all_of(text, [&](char letter) {
        const auto same = [&](char other) {
            return core::to_lower(other) == core::to_lower(letter);
        };
        return core::is_alpha(letter) && std::ranges::count_if(text, same) == 1;
    });
}

bool is_flag(std::string_view text) {
    return text == "t" || text == "f";
}

} // namespace

bool read_shopify(std::string_view text,
                  std::vector<std::pair<std::string_view, std::string_view>>& entries) {
    if (!text.starts_with('3') || text.find('.') == std::string_view::npos) {
        return false;
    }
    text.remove_prefix(1);
    const auto choices = core::next_field(text, '.');
    const auto effective = core::next_field(text, '_');
    const auto region = core::next_field(text, '_');
    const auto banner = core::next_field(text, '_');
    const auto sale_region = core::next_field(text, '_');
    if (!is_letters(choices) || !is_letters(effective) || !is_flag(banner) ||
        !is_flag(sale_region) || text.empty()) {
        return false;
    }
    for (std::size_t at = 0; at < purposes.size(); ++at) {
        const auto name = purposes.substr(at, 1);
        if (const char chosen = letter_of(choices, purposes[at]); chosen != '\0') {
            entries.emplace_back(name, chosen == purposes[at] ? "declined" : "accepted");
        } else if (const char filled_in = letter_of(effective, purposes[at]); filled_in != '\0') {
            entries.emplace_back(name, filled_in == purposes[at] ? "declined by default"
                                                                 : "accepted by default");
        }
    }
    entries.emplace_back("region", region);
    return true;
}

} // namespace gatepost::consent
