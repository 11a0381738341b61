#include "../../../src/net/name_lookup.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <array>
#include <atomic>
#include <exception>
#include <future>
#include <optional>
#include <string>
#include <vector>

using namespace gatepost;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using net::client_errc;
using net::found_addresses;
using steady = std::chrono::steady_clock;

namespace {

using outcome = net::name_lookup::result;

void begin(asio::io_context& context, net::name_lookup& names, std::optional<outcome>& into,
           std::chrono::milliseconds limit) {
    asio::co_spawn(context, names.find(steady::now() + limit),
                   [&into](std::exception_ptr thrown, outcome got) {
                       REQUIRE(thrown == nullptr);
                       into.emplace(std::move(got));
                   });
}

outcome find(asio::io_context& context, net::name_lookup& names,
             std::chrono::milliseconds limit = 60s) {
    std::optional<outcome> result;
    begin(context, names, result, limit);
    context.restart();
    context.run();
    return std::move(result.value());
}

found_addresses addresses(const std::vector<std::string>& texts, std::uint16_t port) {
    found_addresses result;
    for (const auto& each : texts) {
        result.addresses.emplace_back(asio::ip::make_address(each), port);
    }
    return result;
}

} // namespace

TEST_CASE("name look-up: the next one sees a change, and what failed once is asked again") {
    asio::io_context context(1);
    std::atomic<int> asked = 0;
    net::name_lookup names(context, "upstream.example", 8443,
                           [&](const std::string& host, auto port) {
                               CHECK(host == "upstream.example");
                               switch (asked++) {
                               case 0:
                                   return addresses({"2001:db8::1", "192.0.2.1"}, port);
                               case 1:
                                   return found_addresses{"Name or service not known", {}};
                               default:
                                   return addresses({"192.0.2.2"}, port);
                               }
                           });
    const auto first = find(context, names);
    REQUIRE(first.has_value());
    REQUIRE(first->size() == 2);
    CHECK(first->front().address().to_string() == "2001:db8::1");
    CHECK(first->front().port() == 8443);
    const auto second = find(context, names);
    REQUIRE(second.has_error());
    CHECK(second.error().kind == client_errc::resolve);
    CHECK(second.error().detail == "name look-up: Name or service not known");
    const auto third = find(context, names);
    REQUIRE(third.has_value());
    CHECK(third->front().address().to_string() == "192.0.2.2");
}

TEST_CASE("name look-up: one that hangs is given up in time, and is asked for only once") {
    std::promise<void> release;
    std::promise<void> ended;
    std::atomic<int> asked = 0;
    asio::io_context context(1);
    {
        net::name_lookup names(
            context, "upstream.example", 443,
            [&asked, &ended, released = release.get_future().share()](const auto&, auto port) {
                ++asked;
                released.wait();
                ended.set_value_at_thread_exit();
                return addresses({"192.0.2.1"}, port);
            });
        for (int i = 0; i < 2; ++i) {
            const auto given_up = find(context, names, 20ms);
            REQUIRE(given_up.has_error());
            CHECK(given_up.error().kind == client_errc::timeout);
            CHECK(given_up.error().detail == "name look-up: no answer in time");
        }
        CHECK(asked == 1);
    } // nobody waits for it
    release.set_value();
    ended.get_future().wait();
}

TEST_CASE("name look-up: one serves all who wait, also when the first of them asks anew") {
    std::promise<void> release;
    std::atomic<int> asked = 0;
    asio::io_context context(1);
    net::name_lookup names(
        context, "upstream.example", 443,
        [&, released = release.get_future().share()](const auto&, auto port) {
            released.wait();
            return ++asked == 1 ? addresses({"192.0.2.1"}, port) : found_addresses{"gone", {}};
        });
    std::array<std::optional<outcome>, 3> results;
    std::optional<outcome> again;
    asio::co_spawn(context, names.find(steady::now() + 60s), [&](std::exception_ptr, outcome got) {
        results[0].emplace(std::move(got));
        begin(context, names, again, 60s);
    });
    begin(context, names, results[1], 60s);
    begin(context, names, results[2], 60s);
    context.poll();
    release.set_value();
    context.run();
    for (const auto& each : results) {
        REQUIRE(each->has_value());
        CHECK((*each)->front().address().to_string() == "192.0.2.1");
    }
    REQUIRE(again->has_error());
    CHECK(asked == 2);
}

TEST_CASE("name look-up: an address is nothing to ask about") {
    asio::io_context context(1);
    const auto [host, port] =
        GENERATE(table<std::string, std::uint16_t>({{"192.0.2.1", 80}, {"2001:db8::1", 443}}));
    net::name_lookup names(context, host, port, [](const auto&, auto) {
        FAIL("asked");
        return found_addresses{};
    });
    const auto found = find(context, names);
    REQUIRE(found.has_value());
    REQUIRE(found->size() == 1);
    CHECK(found->front().address().to_string() == host);
    CHECK(found->front().port() == port);
}

TEST_CASE("name look-up: the system knows localhost") {
    const auto here = net::ask_system("localhost", 8443);
    REQUIRE_FALSE(here.addresses.empty());
    for (const auto& each : here.addresses) {
        CHECK(each.address().is_loopback());
        CHECK(each.port() == 8443);
    }
}
