// Whoever comes through the door has a Host that is served, an Origin that may ask and a token that
// is taken: what this machine calls itself and what was configured, spelled as RFC 3986, 6454 and
// 6750 spell it, and nothing like it.
//
// The input is the values of Host, Origin, Authorization, a second Authorization and Access-Token,
// a line each. A line that is not there is a header that is not there.

#include "check.hpp"

#include <gatepost/core/text.hpp>
#include <gatepost/net/door.hpp>

#include <arpa/inet.h>
#include <array>
#include <cstdint>
#include <string>

using namespace gatepost;
using fuzz::check;

namespace {

constexpr std::string_view token = "fuzz-token-of-today";
constexpr std::string_view older_token = "fuzz-token-of-yesterday";

net::door rules_of(std::vector<std::uint32_t> uids) {
    std::vector<core::secret_string> accepted;
    accepted.emplace_back(std::string(token));
    accepted.emplace_back(std::string(older_token));
    return {.allowed_hosts = {"gatepost.internal"},
            .allowed_origins = {"https://shop.example"},
            .allowed_uids = std::move(uids),
            .tokens = net::access_tokens(std::move(accepted))};
}

// Without ":<port>".
std::string_view without_port(std::string_view text) {
    const auto end = text.find_last_not_of("0123456789");
    return end != text.npos && text[end] == ':' ? text.substr(0, end) : text;
}

bool is_loopback(std::string host) {
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
        in6_addr address{};
        return ::inet_pton(AF_INET6, host.c_str(), &address) == 1 && IN6_IS_ADDR_LOOPBACK(&address);
    }
    in_addr address{};
    return host == "localhost" ||
           (::inet_pton(AF_INET, host.c_str(), &address) == 1 && host.starts_with("127."));
}

bool may_be_served(std::string_view host) {
    const auto name = core::lower(without_port(host));
    return name == "gatepost.internal" || is_loopback(name);
}

bool may_ask(std::string_view origin) {
    return core::iequals(without_port(origin), "https://shop.example");
}

bool is_taken(std::string_view offered) {
    return offered == token || offered == older_token;
}

// "Bearer", a space or more, the token.
bool is_bearer(std::string_view value) {
    constexpr std::string_view scheme = "bearer";
    if (!core::iequals(value.substr(0, scheme.size()), scheme)) {
        return false;
    }
    const auto rest = value.substr(scheme.size());
    const auto begin = rest.find_first_not_of(' ');
    return begin != 0 && begin != rest.npos && is_taken(rest.substr(begin));
}

// As a line of a request has them.
net::request_head head_of(std::string_view lines) {
    constexpr std::array<std::string_view, 5> names{"Host", "Origin", "Authorization",
                                                    "authorization", "Access-Token"};
    net::request_head head{.method = "POST", .target = "/v1/events", .headers = {}};
    for (const auto name : names) {
        if (lines.empty()) {
            break;
        }
        const auto value = core::next_field(lines, '\n');
        if (value != "-") {
            head.headers.push_back({name, value});
        }
    }
    return head;
}

void check_refusal(const std::optional<net::response>& refusal, unsigned status) {
    check(!refusal || (refusal->status == status && refusal->body.starts_with("{\"error\":")));
}

void check_stranger(const net::door& rules, const net::request_head& head) {
    const auto refusal = rules.refuse_stranger(head);
    check_refusal(refusal, 401);
    const bool one = head.count("Authorization") == 1;
    const bool known = one && is_bearer(*head.find("Authorization"));
    check(known == !refusal);
    const auto also = rules.refuse_stranger(head, "Access-Token");
    check_refusal(also, 401);
    check(refusal || !also);
    check(also || known || is_taken(head.find("Access-Token").value_or("")));
    // Nothing of what was shown is said again.
    static const auto nobody = rules.refuse_stranger({});
    check(nobody && (!refusal || refusal->body == nobody->body));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto open = rules_of({});
    static const auto guarded = rules_of({1000});
    auto head = head_of({reinterpret_cast<const char*>(data), size});
    const auto origin = head.find("Origin");
    const bool asks = !origin || may_ask(*origin);
    const bool served = may_be_served(head.find("Host").value_or(""));

    const auto refusal = open.refuse(head);
    check_refusal(refusal, 403);
    check(refusal || (served && asks));
    check(origin ? open.allowed_origin(head).has_value() <= asks : !open.allowed_origin(head));
    check_stranger(open, head);

    // Over a Unix socket it is the peer that counts, and not the Host.
    head.over_unix_socket = true;
    check(open.refuse(head).has_value() <= !asks);
    check(guarded.refuse(head).has_value());
    head.peer_uid = 1001;
    check(guarded.refuse(head).has_value());
    head.peer_uid = 1000;
    check(guarded.refuse(head).has_value() == open.refuse(head).has_value());
    return 0;
}
