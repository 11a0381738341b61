#include "upstream.hpp"

#include "happy_eyeballs.hpp"
#include "tunnel.hpp"

#include <algorithm>
#include <netinet/tcp.h>
#include <utility>
#include <vector>

namespace gatepost::net {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using namespace std::chrono_literals;

client_options effective(client_options chosen) {
    if (chosen.endpoint.is_loopback()) {
        chosen.proxy.reset();
    }
    return chosen;
}

template <int Option>
using tcp_number = asio::detail::socket_option::integer<IPPROTO_TCP, Option>;

// A peer that is gone without a word (a NAT that forgot the connection, a machine that lost power)
// is noticed: of a kept connection while it idles, and of a busy one before its request has used up
// its whole time. So the request is repeated on a new connection instead of failing.
void watch_over(tcp::socket& socket, std::chrono::milliseconds request_timeout) {
    constexpr int idle_seconds = 15;
    constexpr int probe_seconds = 5;
    boost::system::error_code ignored; // without them it works too
    socket.set_option(tcp::no_delay(true), ignored);
    socket.set_option(asio::socket_base::keep_alive(true), ignored);
    socket.set_option(tcp_number<TCP_KEEPIDLE>(idle_seconds), ignored);
    socket.set_option(tcp_number<TCP_KEEPINTVL>(probe_seconds), ignored);
    socket.set_option(tcp_number<TCP_KEEPCNT>(2), ignored);
    const auto unacknowledged = std::min<std::chrono::milliseconds>(request_timeout / 2, 1h);
    socket.set_option(tcp_number<TCP_USER_TIMEOUT>(static_cast<int>(unacknowledged.count())),
                      ignored);
}

client_failure at_proxy(client_failure what) {
    what.detail.insert(0, "proxy: ");
    return what;
}

// Without TLS nobody proves who he is, and a name may lead anywhere.
std::vector<tcp::endpoint> on_this_machine(std::vector<tcp::endpoint> found) {
    std::erase_if(found, [](const tcp::endpoint& one) { return !one.address().is_loopback(); });
    return found;
}

// A TCP connection whose other end is the upstream's, if need be through the proxy.
asio::awaitable<core::result<tcp::socket, client_failure>> reach(upstream& to, deadline until) {
    const auto& proxy = to.options.proxy;
    const auto named = [&](const client_failure& failure) {
        return proxy ? at_proxy(failure) : failure;
    };
    auto where = co_await to.names.find(until);
    if (where.has_error()) {
        co_return named(where.error());
    }
    if (!to.tls) {
        *where = on_this_machine(std::move(*where));
        if (where->empty()) {
            co_return client_failure{client_errc::resolve, "http:// is spoken on loopback only, "
                                                           "and this name leads elsewhere"};
        }
    }
    auto reached = co_await connect_first(to.context, std::move(*where), until);
    if (reached.has_error()) {
        co_return named(reached.error());
    }
    watch_over(*reached, to.options.request_timeout);
    if (proxy) {
        reached = co_await open_tunnel(std::move(*reached), *proxy, to.options.endpoint, until);
        if (reached.has_error()) {
            co_return at_proxy(reached.error());
        }
    }
    co_return reached;
}

} // namespace

upstream::upstream(asio::io_context& on, const client_options& chosen)
    : context(on), options(effective(chosen)),
      names(on, options.proxy ? options.proxy->host : options.endpoint.host,
            options.proxy ? options.proxy->port : options.endpoint.port) {
    if (options.endpoint.tls) {
        tls.emplace(options.ca_file);
    }
}

asio::awaitable<core::result<std::unique_ptr<upstream_connection>, client_failure>>
open_connection(std::shared_ptr<upstream> to, deadline until) {
    auto reached = co_await reach(*to, until);
    if (reached.has_error()) {
        co_return reached.error();
    }
    auto made = make_connection(std::move(to), std::move(*reached));
    const auto ready = co_await made->begin(until);
    if (ready.has_error()) {
        co_return ready.error();
    }
    co_return std::move(made);
}

} // namespace gatepost::net
