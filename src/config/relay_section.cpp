#include "sections.hpp"

#include <gatepost/net/proxy.hpp>

namespace gatepost::config {
namespace {

using std::chrono::milliseconds;

struct chosen_proxy {
    std::optional<net::proxy> proxy;
    std::string named_by;
};

// What the configuration names, else what the environment does. The URL may hold a password: no
// message repeats it.
chosen_proxy choose_proxy(section& relay, const std::string& of_environment) {
    std::string url;
    relay.text("proxy", url);
    const bool own = !url.empty();
    if (!own) {
        url = of_environment;
    }
    if (url.empty()) {
        return {};
    }
    auto proxy = net::parse_proxy(url);
    if (!proxy) {
        // Going around a proxy that was asked for would be worse than not to start.
        relay.wrong("proxy", own ? "expected a proxy such as http://proxy.internal:3128; https:// "
                                   "and socks5:// are not spoken"
                                 : "left to the environment, whose HTTPS_PROXY is no proxy such as "
                                   "http://proxy.internal:3128; NO_PROXY=* goes without one");
    }
    return {std::move(proxy), own ? "relay.proxy" : "HTTPS_PROXY"};
}

// What a running daemon read from the same file, null for nothing.
const core::secret_string* former_credentials(const config* running, const std::string& file) {
    const bool same = running != nullptr && !file.empty() && running->upstream.proxy &&
                      running->proxy_credentials_file == file;
    return same ? &running->upstream.proxy->credentials : nullptr;
}

void read_proxy(section& relay, config& into, secret_reading& how) {
    const auto environment =
        how.allowed == secrets::read ? net::proxy_environment::read() : net::proxy_environment();
    const bool exempt = net::is_exempt(into.upstream.endpoint, environment.no_proxy);
    auto chosen = choose_proxy(relay, exempt ? "" : environment.https_proxy);
    const secret_source source(relay, "proxy_credentials");
    std::optional<core::secret_string> credentials;
    if (!source.none()) {
        credentials = source.read(relay, how, &parse_credentials,
                                  former_credentials(how.running, source.file()));
    }
    if (!chosen.proxy || exempt) {
        return;
    }
    if (credentials) {
        chosen.proxy->credentials = std::move(*credentials);
        into.proxy_credentials_file = source.file();
    }
    into.upstream.proxy = std::move(chosen.proxy);
    into.proxy_named_by = std::move(chosen.named_by);
}

} // namespace

void read_relay(section& file, config& into, secret_reading& how) {
    auto relay = file.inside("relay");
    relay.parsed("endpoint", into.upstream.endpoint, &net::parse_endpoint,
                 "https://host or http://127.0.0.1:port");
    if (!into.upstream.endpoint.tls && !into.upstream.endpoint.is_loopback()) {
        relay.wrong("endpoint", "http:// is taken for loopback only; use https://");
    }
    relay.text("ca_file", into.upstream.ca_file);
    read_proxy(relay, into, how);
    relay.number("connections", into.relay.connections, 1, 256);
    relay.duration("connection_age", into.upstream.connection_age, std::chrono::seconds(1));
    {
        auto batch = relay.inside("batch");
        batch.number("max_events", into.relay.batch.max_events, 1, 1000);
        batch.size("max_bytes", into.relay.batch.max_bytes, core::kibibytes(1));
        batch.duration("linger", into.relay.batch.linger);
    }
    {
        auto timeout = relay.inside("timeout");
        timeout.duration("connect", into.upstream.connect_timeout, milliseconds(10));
        timeout.duration("request", into.upstream.request_timeout, milliseconds(10));
    }
    {
        auto retry = relay.inside("retry");
        retry.duration("first", into.relay.retry.first, milliseconds(1));
        retry.duration("max", into.relay.retry.max, milliseconds(1));
        if (into.relay.retry.max < into.relay.retry.first) {
            retry.wrong("max", "must not be less than first");
        }
    }
    {
        auto breaker = relay.inside("breaker");
        breaker.number("failures", into.relay.breaker.failures, 1, 1000);
        breaker.duration("open", into.relay.breaker.open, milliseconds(1));
        breaker.duration("max", into.relay.breaker.max, milliseconds(1));
        if (into.relay.breaker.max < into.relay.breaker.open) {
            breaker.wrong("max", "must not be less than open");
        }
    }
    relay.number("rate", into.relay.rate, 0, 1000);
}

} // namespace gatepost::config
