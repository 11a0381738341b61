#include <gatepost/core/text.hpp>
#include <gatepost/event/page_url.hpp>

#include <algorithm>

namespace gatepost::event {
namespace {

// What follows `scheme://` or `//` up to the path; "" for a relative or opaque address.
std::string_view authority_of(std::string_view url) {
    const auto colon = url.find(':');
    if (!url.starts_with("//")) {
        const auto scheme = url.substr(0, colon);
        const bool is_scheme =
            colon != std::string_view::npos && !scheme.empty() && core::is_alpha(scheme.front()) &&
            std::ranges::all_of(scheme, [](char c) {
                return core::is_alpha(c) || core::is_digit(c) || c == '+' || c == '-' || c == '.';
            });
        if (!is_scheme || !url.substr(colon + 1).starts_with("//")) {
            return {};
        }
        url.remove_prefix(colon + 1);
    }
    url.remove_prefix(2);
    // Browsers end the authority at a backslash as well (WHATWG URL).
    return url.substr(0, url.find_first_of("/\\?#"));
}

struct query_span {
    std::size_t begin; // after the `?`
    std::size_t end;   // the `#` or the end
};

std::optional<query_span> query_of(std::string_view url) {
    const auto end = std::min(url.find('#'), url.size());
    const auto mark = url.find('?');
    return mark < end ? std::optional(query_span{mark + 1, end}) : std::nullopt;
}

// Whether a parameter, "name=value", is of one of these names. An escaped name reads the same at
// the other end; so does each part of "user[email]".
bool is_named(std::string_view parameter, std::span<const std::string> names) {
    const auto decoded =
        core::percent_decode(parameter.substr(0, parameter.find('=')), /*plus_is_space=*/true);
    std::string_view rest = decoded;
    while (!rest.empty()) {
        const auto end = std::min(rest.find_first_of("[]"), rest.size());
        const auto part = core::trim(rest.substr(0, end));
        if (std::ranges::any_of(names, [part](const std::string& unwanted) {
                return core::iequals(unwanted, part);
            })) {
            return true;
        }
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return false;
}

} // namespace

std::string host_of(std::string_view url) {
    auto host = authority_of(url);
    if (const auto user = host.rfind('@'); user != std::string_view::npos) {
        host.remove_prefix(user + 1);
    }
    if (host.starts_with('[')) {
        const auto end = host.find(']');
        return end == std::string_view::npos ? "" : core::lower(host.substr(1, end - 1));
    }
    return core::lower(host.substr(0, host.find(':')));
}

std::optional<std::string> query_value(std::string_view url, std::string_view name) {
    const auto span = query_of(url);
    auto rest = span ? url.substr(span->begin, span->end - span->begin) : std::string_view();
    while (!rest.empty()) {
        auto value = core::next_field(rest, '&');
        if (core::next_field(value, '=') == name) {
            return core::percent_decode(value);
        }
    }
    return std::nullopt;
}

std::string strip_parameters(std::string_view url, std::span<const std::string> names) {
    const auto start = std::min(url.find_first_of("?#"), url.size());
    std::string result(url.substr(0, start));
    char opened = '\0'; // a `?` or `#` whose first parameter went
    for (auto at = start; at < url.size();) {
        const auto end = std::min(url.find_first_of("?#&;", at + 1), url.size());
        const char mark = url[at];
        const auto parameter = url.substr(at + 1, end - at - 1);
        const bool begins = mark == '?' || mark == '#';
        if (is_named(parameter, names)) {
            opened = begins ? mark : opened;
        } else {
            result += opened != '\0' && !begins ? opened : mark;
            result += parameter;
            opened = '\0';
        }
        at = end;
    }
    return result;
}

std::string strip_user(std::string_view url) {
    const auto authority = authority_of(url);
    const auto at = authority.rfind('@');
    std::string result(url);
    if (at != std::string_view::npos) {
        result.erase(static_cast<std::size_t>(authority.data() - url.data()), at + 1);
    }
    return result;
}

} // namespace gatepost::event
