#include "cookie_jar.hpp"

#include <gatepost/core/text.hpp>

#include <algorithm>

namespace gatepost::consent {
namespace {

// Fewer than a name may hold: what parts the names and values inside a cookie is not among them.
bool is_of_plain_name(char c) {
    return core::is_alpha(c) || core::is_digit(c) || c == '_' || c == '-' || c == '.' || c == ':';
}

// Whether a text begins with a name and `=`, as a cookie does.
bool begins_cookie(std::string_view text) {
    const auto skip = [&text](auto what) {
        text.remove_prefix(
            static_cast<std::size_t>(std::ranges::find_if_not(text, what) - text.begin()));
    };
    skip(core::is_space);
    const auto before = text.size();
    skip(is_of_plain_name);
    const bool named = text.size() < before;
    skip(core::is_space);
    return named && text.starts_with('=');
}

// The first comma behind which a cookie begins; npos for none.
std::size_t comma_between_cookies(std::string_view text) {
    auto comma = text.find(',');
    while (comma != std::string_view::npos && !begins_cookie(text.substr(comma + 1))) {
        comma = text.find(',', comma + 1);
    }
    return comma;
}

// Of what stands between two semicolons.
std::string_view next_cookie(std::string_view& rest, joined_by how) {
    const auto end =
        how == joined_by::commas_as_well ? comma_between_cookies(rest) : std::string_view::npos;
    const auto cookie = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return cookie;
}

} // namespace

bool may_hold_commas_between_cookies(std::string_view header) {
    return comma_between_cookies(header) != std::string_view::npos;
}

cookie_jar::cookie_jar(std::string_view header, const cookie_index& index, joined_by how) {
    std::vector<std::uint8_t> copies(index.slots());
    while (!header.empty()) {
        auto cookies = core::next_field(header, ';');
        while (!cookies.empty()) {
            add(next_cookie(cookies, how), index, copies);
        }
    }
}

void cookie_jar::add(std::string_view cookie, const cookie_index& index,
                     std::vector<std::uint8_t>& copies) {
    const auto equals = cookie.find('=');
    if (equals == std::string_view::npos) {
        return;
    }
    const auto name = core::trim(cookie.substr(0, equals));
    index.look_up(name, [&](std::uint16_t slot) {
        const auto value = core::trim(cookie.substr(equals + 1));
        // The first copy too many stands for all the others, so that work stays bounded.
        if (!value.empty() && copies[slot] <= max_copies) {
            sightings_.push_back({slot, name, value, copies[slot] == max_copies});
            ++copies[slot];
        }
    });
}

} // namespace gatepost::consent
