#include "cookie_index.hpp"

#include <algorithm>

namespace gatepost::consent {

std::uint16_t cookie_index::exact(std::string_view name) {
    const auto [entry, is_new] = exact_.try_emplace(std::string(name), slots_);
    if (is_new) {
        ++slots_;
        lengths_[first_of(name)] |= length_bit(name);
    }
    return entry->second;
}

std::uint16_t cookie_index::prefix(std::string_view prefix, std::string_view suffix) {
    for (const auto& known : families_) {
        if (known.prefix == prefix && known.suffix == suffix) {
            return known.slot;
        }
    }
    families_.push_back({std::string(prefix), std::string(suffix), slots_});
    begins_family_[first_of(prefix)] = true;
    return slots_++;
}

bool cookie_index::belongs(std::string_view name, const family& to) {
    // The visitor chooses the rest of the name, and answers show it: text and short, or not ours.
    constexpr std::size_t longest = 128;
    return name.size() > to.prefix.size() + to.suffix.size() && name.ends_with(to.suffix) &&
           name.size() <= longest && is_cookie_name(name);
}

bool is_cookie_name(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return c > ' ' && c <= '~' && c != '=' && c != ';';
    });
}

} // namespace gatepost::consent
