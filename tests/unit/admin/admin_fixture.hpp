// The operators' routes over a spool, a registry and a trail of their own, asked as the server
// asks.
#pragma once

#include <gatepost/admin/routes.hpp>
#include <gatepost/spool/sqlite_queue.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <support/fake_clock.hpp>
#include <support/temporary_directory.hpp>
#include <utility>
#include <vector>

namespace gatepost::test {

struct told_status final : core::status_source {
    core::readiness ready() const override { return told.ready; }
    core::daemon_status status() const override { return told; }
    core::daemon_status told{.ready = {.phase = core::phase::running, .spool_full = false},
                             .uptime = std::chrono::seconds(7),
                             .registry_keys = 0,
                             .pixels = {}};
};

struct told_pixels final : core::pixel_control {
    bool resume(std::string_view pixel) override {
        asked.emplace_back(pixel);
        return pixel == "C0EXAMPLE" || pixel == "a b/c";
    }
    std::vector<std::string> asked;
};

struct no_explainer final : core::explainer {
    core::explanation explain(std::string) override { return {}; }
};

inline boost::asio::awaitable<void> await(admin::routes& routes, const net::request_head& head,
                                          std::string body, net::response& into) {
    into = co_await routes.answer(head, std::move(body));
}

inline net::response ask(admin::routes routes, std::string_view method, std::string_view target,
                         const std::string& body = "") {
    net::request_head head;
    head.method = method;
    head.target = target;
    head.headers = {{"Host", "localhost"}};
    if (auto refused = routes.refuse(head)) {
        return *refused;
    }
    net::response answer;
    boost::asio::io_context context;
    boost::asio::co_spawn(context, await(routes, head, body, answer), boost::asio::detached);
    context.run();
    return answer;
}

struct admin_fixture {
    admin_fixture() {
        registry =
            ledger::registry::open({.file = directory.file("registry.db")}, key, clock).value();
        queue = spool::open_sqlite_queue({.path = directory.file("spool")}, clock, metrics).value();
        trail = ledger::audit::open(
                    {.record = ledger::audit_record::none, .directory = directory.file("audit")},
                    key, clock, metrics)
                    .value();
    }
    admin::routes operators() {
        return {around(), admin::operators{{}, explainer, *trail, pixels, *registry}};
    }
    admin::routes probes() { return {around(), std::nullopt}; }
    admin::surroundings around() { return {status, *queue, clock, metrics}; }

    test::temporary_directory directory;
    test::fake_clock clock;
    observe::metrics metrics{{"C0EXAMPLE"}};
    identity::instance_key key{core::secret_string(std::string(32, 'k'))};
    told_status status;
    told_pixels pixels;
    no_explainer explainer;
    std::unique_ptr<ledger::registry> registry;
    std::unique_ptr<spool::queue> queue;
    std::unique_ptr<ledger::audit> trail;
};

} // namespace gatepost::test
