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

std::string strip_query(std::string_view url, std::span<const std::string> names) {
    const auto span = query_of(url);
    if (!span) {
        return std::string(url);
    }
    std::string kept;
    bool first = true;
    bool stripped = false;
    for (auto at = span->begin; at <= span->end;) {
        const auto end = std::min(url.find('&', at), span->end);
        const auto parameter = url.substr(at, end - at);
        // An escaped name reads the same at the other end.
        const auto name = core::percent_decode(parameter.substr(0, parameter.find('=')));
        if (std::ranges::any_of(names, [&](const std::string& unwanted) {
                return core::iequals(unwanted, name);
            })) {
            stripped = true;
        } else {
            kept.append(first ? "" : "&").append(parameter);
            first = false;
        }
        at = end + 1;
    }
    if (!stripped) {
        return std::string(url);
    }
    std::string result(url.substr(0, span->begin - 1));
    if (!kept.empty()) {
        result.append("?").append(kept);
    }
    return result.append(url.substr(span->end));
}

} // namespace gatepost::event
