// Whatever names a proxy is refused or has a host, a port and credentials that a header can carry,
// and never shows the credentials. Loopback goes past every proxy, whatever NO_PROXY says.
//
// The input is an address and, behind the first line feed, a NO_PROXY list.

#include "check.hpp"

#include <gatepost/core/text.hpp>
#include <gatepost/net/proxy.hpp>

#include <cstdint>
#include <string>

using namespace gatepost;
using fuzz::check;

namespace {

// Letters, digits, `-`, `.` and `_`, or an IPv6 address.
void check_host(std::string_view host) {
    const bool is_v6 = host.find(':') != host.npos;
    check(!host.empty() && (!is_v6 || net::is_ip_address(host)));
    for (const char c : host) {
        const bool plain =
            core::is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_';
        check(plain || is_v6);
    }
}

void check_proxy(std::string_view url, const net::proxy& read) {
    check_host(read.host);
    check(read.port != 0);
    const auto secret = read.credentials.reveal();
    check(secret.empty() || secret.find(':') != secret.npos);
    for (const char c : secret) {
        check(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
    }
    check(secret.empty() || url.find('@') != url.npos);

    // Its name is one itself, and all but the credentials stands in it.
    const auto name = read.authority();
    check(name.find('@') == name.npos);
    const auto again = net::parse_proxy(name);
    check(again && again->host == read.host && again->port == read.port);
    check(again->credentials.empty());
}

void check_exempt(std::string_view no_proxy, std::string_view host) {
    for (const auto* const loopback : {"localhost", "127.0.0.1", "127.8.9.10", "::1"}) {
        check(net::is_exempt({.host = loopback}, no_proxy));
    }
    const net::endpoint upstream{.host = std::string(host)};
    const auto exempt = net::is_exempt(upstream, no_proxy);
    // A longer list exempts no less.
    check(!exempt || net::is_exempt(upstream, std::string(no_proxy) + ",other.example"));
    check(!exempt || net::is_exempt(upstream, "other.example," + std::string(no_proxy)));
    // And a list of nothing but other names exempts nobody.
    const bool is_local = net::is_exempt(upstream, "");
    check(is_local || !net::is_exempt(upstream, "other.example,.internal,192.0.2.0/24"));
    check(net::is_exempt(upstream, "*"));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    const auto url = core::next_field(rest, '\n');
    const auto read = net::parse_proxy(url);
    if (read) {
        check_proxy(url, *read);
    }
    check_exempt(rest, "business-api.tiktok.com");
    if (read && read->host != "other.example" && !read->host.ends_with("internal") &&
        !read->host.ends_with("other.example") && !read->host.starts_with("192.0.2.")) {
        check_exempt(rest, read->host);
    }
    return 0;
}
