#include <gatepost/admin/routes.hpp>
#include <gatepost/core/json.hpp>
#include <gatepost/spool/sqlite_queue.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <support/fake_clock.hpp>
#include <support/temporary_directory.hpp>
#include <vector>

using namespace gatepost;

namespace {

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

// The routes over an empty spool and trail.
struct admin_fixture {
    admin_fixture() {
        queue = spool::open_sqlite_queue({.path = directory.file("spool")}, clock, metrics).value();
        trail = ledger::audit::open(
                    {.record = ledger::audit_record::none, .directory = directory.file("audit")},
                    key, clock, metrics)
                    .value();
    }
    admin::routes operators() {
        return {around(), admin::operators{{}, explainer, *trail, pixels}};
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
    std::unique_ptr<spool::queue> queue;
    std::unique_ptr<ledger::audit> trail;
};

boost::asio::awaitable<void> await(admin::routes& routes, const net::request_head& head,
                                   net::response& into) {
    into = co_await routes.answer(head, "");
}

// As the server asks.
net::response ask(admin::routes routes, std::string_view method, std::string_view target) {
    net::request_head head;
    head.method = method;
    head.target = target;
    head.headers = {{"Host", "localhost"}};
    if (auto refused = routes.refuse(head)) {
        return *refused;
    }
    net::response answer;
    boost::asio::io_context context;
    boost::asio::co_spawn(context, await(routes, head, answer), boost::asio::detached);
    context.run();
    return answer;
}

} // namespace

TEST_CASE_METHOD(admin_fixture, "admin: a configured pixel is resumed") {
    const auto answer = ask(operators(), "POST", "/v1/pixels/C0EXAMPLE/resume");
    CHECK(answer.status == 200);
    CHECK(answer.body == R"({"resumed":true})");
    CHECK(pixels.asked == std::vector<std::string>{"C0EXAMPLE"});
}

TEST_CASE_METHOD(admin_fixture, "admin: a pixel's id is decoded, and only once taken apart") {
    CHECK(ask(operators(), "POST", "/v1/pixels/a%20b%2Fc/resume").status == 200);
    CHECK(ask(operators(), "POST", "/v1/pixels/C0EXAMPLE/resume/?x=1").status == 200);
    CHECK(pixels.asked == std::vector<std::string>{"a b/c", "C0EXAMPLE"});
}

TEST_CASE_METHOD(admin_fixture,
                 "admin: a pixel that is not configured is not found, nor repeated") {
    const auto answer = ask(operators(), "POST", "/v1/pixels/MADE0UP/resume");
    CHECK(answer.status == 404);
    const auto body = core::json::parse(answer.body).value();
    CHECK(body.root().find("error").find("code").text() == "not_found");
    CHECK_THAT(answer.body, !Catch::Contains("MADE0UP"));
}

TEST_CASE_METHOD(admin_fixture, "admin: what is not quite the route to resume is no route") {
    const auto target = GENERATE(as<std::string>(), "/v1/pixels//resume", "/v1/pixels/resume",
                                 "/v1/pixels/a/b/resume", "/v1/pixels/a", "/v1/pixels/a/resumed",
                                 "/v1/pixels/a/resume/now");
    CAPTURE(target);
    CHECK(ask(operators(), "POST", target).status == 404);
    CHECK(pixels.asked.empty());
}

TEST_CASE_METHOD(admin_fixture, "admin: resuming takes POST and is not for probes") {
    const auto wrong = ask(operators(), "GET", "/v1/pixels/C0EXAMPLE/resume");
    CHECK(wrong.status == 405);
    CHECK(wrong.headers == std::vector<std::pair<std::string, std::string>>{{"Allow", "POST"}});
    CHECK(ask(probes(), "POST", "/v1/pixels/C0EXAMPLE/resume").status == 404);
    CHECK(pixels.asked.empty());
}

TEST_CASE_METHOD(admin_fixture, "admin: the status shows each pixel's source, mode and pause") {
    core::pixel_status sending;
    sending.id = "C0EXAMPLE";
    sending.source = "web";
    core::pixel_status paused;
    paused.id = "7654321098765432109";
    paused.source = "crm";
    paused.observes = true;
    paused.paused = "token";
    paused.rate = 12.5;
    status.told.pixels = {sending, paused};
    const auto answer = ask(operators(), "GET", "/v1/status");
    const auto body = core::json::parse(answer.body).value();
    const auto shown = body.root().find("pixels");
    REQUIRE(shown.size() == 2);
    CHECK(shown.at(0).find("id").text() == "C0EXAMPLE");
    CHECK(shown.at(0).find("source").text() == "web");
    CHECK(shown.at(0).find("mode").text() == "send");
    CHECK_FALSE(shown.at(0).find("paused"));
    CHECK(shown.at(1).find("source").text() == "crm");
    CHECK(shown.at(1).find("mode").text() == "observe");
    CHECK(shown.at(1).find("paused").text() == "token");
    CHECK(shown.at(1).find("rate").number() == 12.5);
}
