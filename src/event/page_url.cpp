#include "email_shape.hpp"

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

constexpr auto marks = "?#&;"; // what a parameter begins with

// What begins with a mark, without the parameters, "name=value", that are not wanted.
std::string without_parameters(std::string_view marked, auto&& is_unwanted) {
    std::string result;
    char opened = '\0'; // a `?` or `#` whose first parameter went
    for (std::size_t at = 0; at < marked.size();) {
        const auto end = std::min(marked.find_first_of(marks, at + 1), marked.size());
        const char mark = marked[at];
        const auto parameter = marked.substr(at + 1, end - at - 1);
        const bool begins = mark == '?' || mark == '#';
        if (is_unwanted(parameter)) {
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

std::string redact_segments(std::string_view path) {
    std::string result;
    for (std::size_t at = 0; at <= path.size();) {
        const auto end = std::min(path.find('/', at), path.size());
        const auto segment = path.substr(at, end - at);
        result += holds_at_sign(segment) ? redact_emails(segment) : std::string(segment);
        result += end < path.size() ? "/" : "";
        at = end + 1;
    }
    return result;
}

// Whether a fragment is a path of its own ("#/thanks", "#!/thanks", "#top") and no parameter.
bool is_fragment_path(std::string_view fragment) {
    return fragment.starts_with('/') || fragment.starts_with('!') ||
           fragment.find('=') == std::string_view::npos;
}

std::string without_emails(std::string_view url) {
    const auto path_end = std::min(url.find_first_of("?#"), url.size());
    auto result = redact_segments(url.substr(0, path_end));
    const auto hash = url.find('#', path_end);
    if (hash == std::string_view::npos) {
        return result + without_parameters(url.substr(path_end), holds_email);
    }
    result += without_parameters(url.substr(path_end, hash - path_end), holds_email);
    const auto fragment_end = std::min(url.find_first_of(marks, hash + 1), url.size());
    const auto fragment = url.substr(hash + 1, fragment_end - hash - 1);
    if (!is_fragment_path(fragment)) {
        return result + without_parameters(url.substr(hash), holds_email);
    }
    result.append("#").append(redact_segments(fragment));
    return result + without_parameters(url.substr(fragment_end), holds_email);
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
    const auto path_end = std::min(url.find_first_of("?#"), url.size());
    const auto named = [names](std::string_view parameter) { return is_named(parameter, names); };
    return std::string(url.substr(0, path_end)) + without_parameters(url.substr(path_end), named);
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

std::string clean_url(std::string_view url, std::span<const std::string> strip_query,
                      bool strip_emails) {
    auto result = strip_parameters(strip_user(url), strip_query);
    return strip_emails && holds_at_sign(result) ? without_emails(result) : result;
}

} // namespace gatepost::event
