#include "cookie_rule.hpp"

#include <gatepost/core/text.hpp>

#include <algorithm>

namespace gatepost::consent {

bool cookie_rule::by_name() const {
    return lists != listing::none || cookie.find(marketing_placeholder) != std::string::npos;
}

bool cookie_rule::takes(std::string_view cookie_name) const {
    if (!is_prefix) {
        return true;
    }
    if (!cookie_name.starts_with(cookie) || !cookie_name.ends_with(suffix) ||
        cookie_name.size() <= cookie.size() + suffix.size()) {
        return false;
    }
    const auto middle =
        cookie_name.substr(cookie.size(), cookie_name.size() - cookie.size() - suffix.size());
    return (!digits || std::ranges::all_of(middle, core::is_digit)) &&
           std::ranges::none_of(other_suffix, [&](const std::string& other) {
               return cookie_name.ends_with(other);
           });
}

} // namespace gatepost::consent
