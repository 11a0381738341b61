#include "../../../src/net/happy_eyeballs.hpp"
#include "full_listener.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace gatepost;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using net::client_errc;

namespace {

tcp::endpoint at(const std::string& address, std::uint16_t port = 443) {
    return {asio::ip::make_address(address), port};
}

std::vector<std::string> texts(const std::vector<tcp::endpoint>& addresses) {
    std::vector<std::string> result;
    for (const auto& each : addresses) {
        result.push_back(each.address().to_string());
    }
    return result;
}

using outcome = core::result<tcp::socket, net::client_failure>;
using steady = std::chrono::steady_clock;

asio::awaitable<void> run(asio::io_context& context, std::vector<tcp::endpoint> addresses,
                          std::chrono::milliseconds limit, std::chrono::milliseconds delay,
                          std::optional<outcome>& into) {
    into.emplace(
        co_await net::connect_first(context, std::move(addresses), steady::now() + limit, delay));
}

outcome connect(asio::io_context& context, std::vector<tcp::endpoint> addresses,
                std::chrono::milliseconds limit, std::chrono::milliseconds delay) {
    std::optional<outcome> result;
    asio::co_spawn(context, run(context, std::move(addresses), limit, delay, result),
                   asio::detached);
    context.run();
    return std::move(result.value());
}

// A port of this address at which nobody listens.
tcp::endpoint refusing(const std::string& address) {
    asio::io_context context;
    return tcp::acceptor(context, at(address, 0)).local_endpoint();
}

} // namespace

TEST_CASE("happy eyeballs: the families take turns, the first one's first") {
    using list = std::vector<std::string>;
    const auto [given, tried] = GENERATE(table<list, list>({
        {{}, {}},
        {{"192.0.2.1"}, {"192.0.2.1"}},
        {{"2001:db8::1", "192.0.2.1"}, {"2001:db8::1", "192.0.2.1"}},
        {{"192.0.2.1", "2001:db8::1"}, {"192.0.2.1", "2001:db8::1"}},
        {{"2001:db8::1", "2001:db8::2", "2001:db8::3", "192.0.2.1", "192.0.2.2"},
         {"2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2", "2001:db8::3"}},
        {{"2001:db8::1", "192.0.2.1", "192.0.2.2", "192.0.2.3"},
         {"2001:db8::1", "192.0.2.1", "192.0.2.2", "192.0.2.3"}},
        {{"192.0.2.3", "192.0.2.1"}, {"192.0.2.3", "192.0.2.1"}},
    }));
    std::vector<tcp::endpoint> addresses;
    for (const auto& each : given) {
        addresses.push_back(at(each));
    }
    CHECK(texts(net::interleaved(addresses)) == tried);
}

TEST_CASE("happy eyeballs: the next attempt begins after the delay or at once after a failure") {
    const net::attempt_plan::time start{1000s};
    const auto none = std::optional<std::size_t>();
    net::attempt_plan plan(4, 250ms);
    CHECK(plan.next(start) == 0U);
    CHECK(plan.next(start) == none);
    CHECK(plan.due() == start + 250ms);
    CHECK(plan.next(start + 249ms) == none);
    CHECK(plan.next(start + 250ms) == 1U);
    CHECK(plan.due() == start + 500ms);
    plan.failed();
    CHECK(plan.next(start + 251ms) == 2U);
    CHECK(plan.next(start + 252ms) == none);
    CHECK(plan.next(start + 501ms) == 3U);
    CHECK(plan.due() == net::attempt_plan::time::max());
    CHECK(plan.next(start + 10s) == none);
    plan.failed();
    plan.failed();
    CHECK_FALSE(plan.is_exhausted());
    plan.failed();
    CHECK(plan.is_exhausted());
}

TEST_CASE("happy eyeballs: an address that refuses gives way to the other family at once") {
    asio::io_context context;
    tcp::acceptor door(context, at("127.0.0.1", 0));
    const auto port = door.local_endpoint().port();
    // Without IPv6 on the machine it is refused for that reason.
    const auto reached = connect(context, {at("::1", port), door.local_endpoint()}, 60s, 60s);
    REQUIRE(reached.has_value());
    CHECK(reached->remote_endpoint() == door.local_endpoint());
}

TEST_CASE("happy eyeballs: an address that is silent gives way after the delay, and is given up") {
    asio::io_context context;
    const test::full_listener silent;
    tcp::acceptor door(context, at("127.0.0.1", 0));
    const auto begun = steady::now();
    const auto reached = connect(context, {silent.address(), door.local_endpoint()}, 60s, 20ms);
    REQUIRE(reached.has_value());
    CHECK(reached->remote_endpoint() == door.local_endpoint());
    // The context's run ends when the attempt at the silent address has ended as well.
    CHECK(steady::now() - begun >= 20ms);
    CHECK(steady::now() - begun < 30s);
}

TEST_CASE("happy eyeballs: when every address fails the failure names the last one's reason") {
    asio::io_context context;
    const auto reached = connect(context, {refusing("127.0.0.1"), refusing("127.0.0.2")}, 60s, 60s);
    REQUIRE(reached.has_error());
    CHECK(reached.error().kind == client_errc::connect);
    CHECK(reached.error().detail == "Connection refused");
}

TEST_CASE("happy eyeballs: one deadline holds for all addresses") {
    asio::io_context context;
    const test::full_listener silent;
    const auto begun = steady::now();
    const auto reached =
        connect(context, {silent.address(), silent.address(), refusing("127.0.0.1")}, 1s, 5ms);
    CHECK(steady::now() - begun < 30s);
    REQUIRE(reached.has_error());
    CHECK(reached.error().kind == client_errc::timeout);
    CHECK(reached.error().detail == "no connection in time, another address: Connection refused");
}

TEST_CASE("happy eyeballs: who is told to stop does not wait for the deadline") {
    asio::io_context context;
    const test::full_listener silent;
    std::optional<outcome> result;
    asio::cancellation_signal stop;
    asio::co_spawn(context, run(context, {silent.address()}, 1h, 1h, result),
                   asio::bind_cancellation_slot(stop.slot(), asio::detached));
    context.poll();
    CHECK_FALSE(result);
    stop.emit(asio::cancellation_type::terminal);
    context.run(); // ends: the attempt has ended as well
    REQUIRE(result);
    REQUIRE(result->has_error());
    CHECK(result->error().detail == "given up");
}
