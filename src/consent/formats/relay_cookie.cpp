#include "relay_cookie.hpp"

#include "catalog/timestamp.hpp"
#include "cookie_index.hpp"

#include <gatepost/core/text.hpp>

namespace gatepost::consent {
namespace {

// Removes a prefix; false when the text does not begin with it.
bool skip(std::string_view& rest, std::string_view prefix) {
    if (!rest.starts_with(prefix)) {
        return false;
    }
    rest.remove_prefix(prefix.size());
    return true;
}

} // namespace

std::optional<relayed> parse_relay_cookie(std::string_view value) {
    constexpr std::size_t longest_name = 64;
    const auto text = core::percent_decode(value);
    std::string_view rest = text;
    if (!skip(rest, "v1.m:")) {
        return std::nullopt;
    }
    const auto mark = core::next_field(rest, '.');
    if (!skip(rest, "s:")) {
        return std::nullopt;
    }
    const auto at = parse_time(core::next_field(rest, '.'), time_unit::seconds);
    if (!at || !skip(rest, "src:") || rest.size() > longest_name || !is_cookie_name(rest)) {
        return std::nullopt;
    }
    if (mark == "1") {
        return relayed{state::granted, *at};
    }
    if (mark == "0") {
        return relayed{state::denied, *at};
    }
    return mark == "i" ? std::optional(relayed{state::implied, *at}) : std::nullopt;
}

} // namespace gatepost::consent
