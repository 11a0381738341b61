#include <gatepost/core/text.hpp>
#include <gatepost/net/door.hpp>

#include <algorithm>

namespace gatepost::net {
namespace {

// "https://Shop.Example:8443" -> "https://shop.example"; nullopt for what is no web origin.
std::optional<std::string> origin_without_port(std::string_view origin) {
    const auto scheme = origin.find("://");
    if (scheme == std::string_view::npos) {
        return std::nullopt;
    }
    const auto authority = origin.substr(scheme + 3);
    const auto host = host_without_port(authority);
    if (!host || authority != core::trim(authority)) {
        return std::nullopt;
    }
    return core::lower(origin.substr(0, scheme + 3)) + *host;
}

bool host_allowed(const door& rules, std::string_view authority) {
    const auto host = host_without_port(authority);
    if (!host) {
        return false;
    }
    return is_loopback_name(*host) ||
           std::ranges::any_of(rules.allowed_hosts, [&host](const std::string& allowed) {
               return host_without_port(allowed) == host;
           });
}

bool origin_allowed(const door& rules, std::string_view origin) {
    const auto asked = origin_without_port(origin);
    return asked &&
           std::ranges::any_of(rules.allowed_origins, [&asked](const std::string& allowed) {
               return origin_without_port(allowed) == asked;
           });
}

bool uid_allowed(const door& rules, std::optional<std::uint32_t> uid) {
    return rules.allowed_uids.empty() ||
           (uid && std::ranges::find(rules.allowed_uids, *uid) != rules.allowed_uids.end());
}

// The credentials of `Authorization: Bearer` (RFC 6750 section 2.1), the scheme in any case
// (RFC 9110 section 11.1); "" when there are none, or not one.
std::string_view bearer_token(const request_head& head) {
    constexpr std::string_view scheme = "Bearer ";
    const auto given = head.find("Authorization");
    if (!given || !core::iequals(given->substr(0, scheme.size()), scheme)) {
        return "";
    }
    const auto begin = given->find_first_not_of(' ', scheme.size());
    return begin == std::string_view::npos ? "" : given->substr(begin);
}

response malformed(const char* message) {
    return error_response(400, {"bad_request", message, ""});
}

bool has_body_method(std::string_view method) {
    return method == "POST" || method == "PUT" || method == "PATCH";
}

} // namespace

std::optional<response> door::refuse(const request_head& head) const {
    if (head.over_unix_socket && !uid_allowed(*this, head.peer_uid)) {
        return error_response(
            403, {"peer_not_allowed", "this user is not served here (listen.allowed_uids)", ""});
    }
    if (!head.over_unix_socket && !host_allowed(*this, head.find("Host").value_or(""))) {
        return error_response(
            403, {"host_not_allowed", "this Host is not served here (listen.allowed_hosts)", ""});
    }
    if (head.find("Origin") && !allowed_origin(head)) {
        return error_response(
            403, {"origin_not_allowed",
                  "requests from this Origin are not taken (listen.allowed_origins)", ""});
    }
    return std::nullopt;
}

std::optional<response> door::refuse_stranger(const request_head& head,
                                              std::string_view also) const {
    if (tokens.empty()) {
        return std::nullopt;
    }
    // Of two nobody knows which one others look at.
    const bool clear = head.count("Authorization") <= 1 && head.count(also) <= 1;
    const bool known = tokens.accepts(bearer_token(head)) ||
                       (!also.empty() && tokens.accepts(head.find(also).value_or("")));
    if (clear && known) {
        return std::nullopt;
    }
    auto refusal =
        error_response(401, {"unauthorized", "send Authorization: Bearer with a token", ""});
    refusal.headers.emplace_back("WWW-Authenticate", R"(Bearer realm="gatepost")");
    return refusal;
}

std::optional<std::string_view> door::allowed_origin(const request_head& head) const {
    const auto origin = head.find("Origin");
    return origin && head.count("Origin") == 1 && origin_allowed(*this, *origin) ? origin
                                                                                 : std::nullopt;
}

std::optional<response> check_framing(const request_head& head, bool needs_length) {
    if (head.count("Host") != 1) {
        return malformed("exactly one Host header is needed");
    }
    const auto lengths = head.count("Content-Length");
    const auto codings = head.count("Transfer-Encoding");
    if (lengths > 1 || codings > 1 || (lengths > 0 && codings > 0)) {
        return malformed("one Content-Length or one Transfer-Encoding, not both");
    }
    if (codings == 1 && head.http_1_0) {
        return malformed("HTTP/1.0 has no Transfer-Encoding");
    }
    if (codings == 1 && !core::iequals(*head.find("Transfer-Encoding"), "chunked")) {
        return malformed("the only Transfer-Encoding taken is chunked");
    }
    if (lengths == 1 && !core::parse_integer<std::uint64_t>(*head.find("Content-Length"))) {
        return malformed("Content-Length is not a number");
    }
    if (needs_length && lengths == 0 && codings == 0 && has_body_method(head.method)) {
        return error_response(
            411, {"length_required", "send Content-Length or Transfer-Encoding: chunked", ""});
    }
    return std::nullopt;
}

} // namespace gatepost::net
