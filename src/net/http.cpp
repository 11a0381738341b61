#include <gatepost/core/json.hpp>
#include <gatepost/core/text.hpp>
#include <gatepost/net/http.hpp>

#include <algorithm>

namespace gatepost::net {

std::optional<std::string_view> request_head::find(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        if (core::iequals(key, name)) {
            return core::trim(value);
        }
    }
    return std::nullopt;
}

std::size_t request_head::count(std::string_view name) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        headers, [name](const header& h) { return core::iequals(h.name, name); }));
}

std::string_view request_head::path() const {
    auto result = target.substr(0, target.find('?'));
    if (result.size() > 1 && result.ends_with('/')) {
        result.remove_suffix(1);
    }
    return result;
}

std::optional<std::string_view> request_head::query(std::string_view name) const {
    const auto start = target.find('?');
    auto rest = start == std::string_view::npos ? std::string_view() : target.substr(start + 1);
    while (!rest.empty()) {
        auto value = core::next_field(rest, '&');
        if (core::next_field(value, '=') == name) {
            return value;
        }
    }
    return std::nullopt;
}

response error_response(unsigned status, const core::input_error& error) {
    core::json::writer out;
    out.begin_object().key("error").begin_object();
    out.member("code", error.code).member("message", error.message);
    if (!error.path.empty()) {
        out.member("path", error.path);
    }
    out.end_object().end_object();
    return {.status = status, .body = out.take(), .error = error.code};
}

response confidential(response given) {
    given.headers.emplace_back("Cache-Control", "no-store");
    given.headers.emplace_back("X-Content-Type-Options", "nosniff");
    return given;
}

} // namespace gatepost::net
