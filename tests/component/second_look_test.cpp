// What visitors decide while their events wait, with a real registry.

#include "way_out.hpp"

#include <gatepost/core/json.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <future>
#include <support/eventually.hpp>

using namespace gatepost;
using namespace gatepost::test;
using namespace std::chrono_literals;
using strings = std::vector<std::string>;

namespace {

const auto withdrawn = R"(gatepost_withdrawn_total{pixel="C0EXAMPLE0PIXEL0CODE"} )";

std::chrono::sys_seconds now() {
    return core::to_seconds(core::system_clock().wall());
}

// A refusal seen on another event of visitor n.
void withdraw(way_out& test, std::size_t n, const std::string& controller = "shop") {
    test.registry->withdraw_waiting({controller, {way_out::visitor(n).back()}},
                                    core::system_clock().wall(), [](core::error_code) {});
}

void record(way_out& test, std::size_t n, ledger::choice said, std::chrono::sys_seconds at) {
    test.registry->record({"shop", way_out::visitor(n)}, said, at, [](core::error_code) {});
}

} // namespace

TEST_CASE("second look: what is withdrawn before it is leased is never sent") {
    way_out test;
    test.post(1, 5);
    withdraw(test, 2);
    record(test, 4, ledger::choice::denied, now());
    record(test, 5, ledger::choice::erased, now());
    test.start();
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(test.server.asked() == std::vector<strings>{{"e1", "e3"}});
    CHECK(test.queue->count().dead == 0);
    CHECK(test.metric(withdrawn + std::string("3")));
}

TEST_CASE("second look: what is said under the pixel's present controller holds for what waits") {
    way_out test;
    test.post(1, 4); // of "shop"
    test.registry->use_controllers({{pixel, "brand"}});
    withdraw(test, 1);
    withdraw(test, 2, "brand");
    test.registry->record({"brand", way_out::visitor(3)}, ledger::choice::erased, now(), {});
    test.start();
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(test.server.asked() == std::vector<strings>{{"e4"}});
    CHECK(test.metric(withdrawn + std::string("3")));
}

TEST_CASE("second look: what is withdrawn between a failed try and the next is not sent again") {
    way_out test;
    test.server.script({json_answer("", 503), json_answer("", 503)});
    test.server.before_answer([&](std::size_t request) { withdraw(test, request); });
    test.post(1, 3);
    test.start();
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(test.server.asked() == std::vector<strings>{{"e1", "e2", "e3"}, {"e2", "e3"}, {"e3"}});
    CHECK(test.server.taken() == std::map<std::string, int>{{"e3", 1}});
    CHECK(test.metric(withdrawn + std::string("2")));
}

TEST_CASE("second look: what is withdrawn during the search for a bad event is not sent on") {
    // The bad one may be withdrawn itself.
    const auto gone = GENERATE(std::size_t{1}, std::size_t{4}, std::size_t{6}, std::size_t{8});
    CAPTURE(gone);
    way_out test;
    test.server.poison({"e4"});
    test.server.before_answer([&](std::size_t request) {
        if (request == 1) {
            withdraw(test, gone);
        }
    });
    test.post(1, 8);
    test.start();
    REQUIRE(eventually([&] { return test.idle(); }));
    const auto asked = test.server.asked();
    for (std::size_t i = 1; i < asked.size(); ++i) {
        CHECK(std::ranges::count(asked[i], "e" + std::to_string(gone)) == 0);
    }
    CHECK(test.queue->count().dead == (gone == 4 ? 0 : 1));
    CHECK(each_once(test.server.taken(), gone == 4 ? 7 : 6));
    CHECK(test.metric(withdrawn + std::string("1")));
}

TEST_CASE("second look: what a sweep deleted and the registry forgot is not sent on by a search") {
    const auto gone = GENERATE(std::size_t{1}, std::size_t{4}, std::size_t{6}, std::size_t{8});
    CAPTURE(gone);
    way_out test;
    test.server.poison({"e4"});
    test.server.before_answer([&](std::size_t request) {
        if (request == 1) {
            withdraw(test, gone);
            test.sweep();
        }
    });
    test.post(1, 8);
    test.start();
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(test.registry->empty());
    const auto asked = test.server.asked();
    for (std::size_t i = 1; i < asked.size(); ++i) {
        CHECK(std::ranges::count(asked[i], "e" + std::to_string(gone)) == 0);
    }
    CHECK(test.queue->count().dead == (gone == 4 ? 0 : 1));
    CHECK(each_once(test.server.taken(), gone == 4 ? 7 : 6));
    CHECK(test.metric(withdrawn + std::string("1")));
}

TEST_CASE("second look: nor by the halving of a batch that is too large") {
    way_out test;
    test.server.script({json_answer("", 413)});
    test.server.before_answer([&](std::size_t request) {
        if (request < 3) {
            withdraw(test, request == 1 ? 1 : 4);
            test.sweep();
        }
    });
    test.post(1, 4);
    test.start();
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(test.server.asked() == std::vector<strings>{{"e1", "e2", "e3", "e4"}, {"e2"}, {"e3"}});
}

TEST_CASE("second look: what a whole sweep deletes between the lease and the look is not sent") {
    way_out test;
    test.post(3, 3); // leaves a connection, so that nothing is asked again while one is opened
    test.start();
    REQUIRE(eventually([&] { return test.idle(); }));
    test.registry->before_look([&] {
        REQUIRE(test.queue->count().leased == 2);
        withdraw(test, 1);
        test.sweep();
        CHECK(test.registry->empty());
    });
    test.post(1, 2);
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(test.server.asked() == std::vector<strings>{{"e3"}, {"e2"}});
    CHECK(test.metric(withdrawn + std::string("1")));
}

TEST_CASE("second look: what is withdrawn while the connection is being opened is not sent") {
    const bool swept = GENERATE(false, true);
    CAPTURE(swept);
    way_out test;
    test.before_request([&] {
        withdraw(test, 2);
        if (swept) {
            test.sweep();
        }
    });
    test.post(1, 3);
    test.start();
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(test.server.asked() == std::vector<strings>{{"e1", "e3"}});
    CHECK(each_once(test.server.taken(), 2));
    CHECK(test.out->status()[0].state == relay::breaker::state::closed);
}

TEST_CASE("second look: a kept connection that breaks does not send again what is withdrawn") {
    enum class then { nothing, denied, erased, refused_elsewhere };
    const auto visitor =
        GENERATE(then::nothing, then::denied, then::erased, then::refused_elsewhere);
    CAPTURE(static_cast<int>(visitor));
    way_out test;
    test.post(1, 1);
    test.start();
    REQUIRE(eventually([&] { return test.idle(); }));
    test.server.before_answer([&](std::size_t request) {
        if (request != 2 || visitor == then::nothing) {
            return;
        }
        if (visitor == then::refused_elsewhere) {
            withdraw(test, 2);
        } else {
            record(test, 2,
                   visitor == then::denied ? ledger::choice::denied : ledger::choice::erased,
                   now());
        }
        test.sweep();
    });
    net::response reset;
    reset.reset = true;
    test.server.script({reset});
    test.post(2, 3);
    REQUIRE(eventually([&] { return test.idle(); }));
    const auto again = visitor == then::nothing ? strings{"e2", "e3"} : strings{"e3"};
    CHECK(test.server.asked() == std::vector<strings>{{"e1"}, {"e2", "e3"}, again});
    CHECK(each_once(test.server.taken(), visitor == then::nothing ? 3 : 2));
    CHECK(test.queue->count().dead == 0);
}

TEST_CASE("second look: an event whose grant is later than the withdrawal is sent") {
    way_out test;
    const auto denied_at = now() - 1h;
    test.post({{.id = "before", .subjects = way_out::visitor(1), .granted_at = denied_at - 1s},
               {.id = "after", .subjects = way_out::visitor(1), .granted_at = denied_at + 1s},
               {.id = "no time", .subjects = way_out::visitor(1)}});
    record(test, 1, ledger::choice::denied, denied_at);
    test.start();
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(test.server.asked() == std::vector<strings>{{"after"}});
}

TEST_CASE("second look: another controller's events go, and those of nobody known") {
    way_out test;
    test.post({{.id = "mine", .subjects = way_out::visitor(1)},
               {.id = "theirs", .controller = "other", .subjects = way_out::visitor(1)},
               {.id = "nobody's"}});
    withdraw(test, 1);
    record(test, 1, ledger::choice::denied, now());
    test.start();
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(test.server.asked() == std::vector<strings>{{"theirs", "nobody's"}});
}

TEST_CASE("second look: a probe that is withdrawn leaves the way to the next one") {
    way_out test;
    test.server.script(std::vector<net::response>(3, json_answer("", 503))); // opens the breaker
    test.server.before_answer([&](std::size_t request) {
        if (request == 3) {
            withdraw(test, 1);
        }
    });
    test.post(1, 1);
    test.start();
    REQUIRE(eventually([&] { return test.idle(); }));
    test.post(2, 2);
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(test.server.asked() == std::vector<strings>{{"e1"}, {"e1"}, {"e1"}, {"e2"}});
}

TEST_CASE("second look: an event erased while its request is under way is not sent again") {
    way_out test;
    test.server.script({json_answer("", 503)});
    test.server.before_answer([&](std::size_t request) {
        if (request == 1) {
            std::promise<core::error_code> ended;
            test.queue->walk([](const spool::held_record& held) { return held.event_id == "e1"; },
                             [&](core::error_code how) { ended.set_value(how); });
            ended.get_future().wait();
        }
    });
    test.post(1, 2);
    test.start();
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(test.server.asked() == std::vector<strings>{{"e1", "e2"}, {"e2"}});
    CHECK(test.metric(withdrawn + std::string("1")));
}

TEST_CASE("audit: a line for each event delivered or refused, with the upstream's request") {
    way_out test;
    test.server.poison({"e2"});
    test.post(1, 3);
    withdraw(test, 3);
    test.start();
    REQUIRE(eventually([&] { return test.idle(); }));
    std::map<std::string, std::string> told;
    for (const auto& line : test.lines()) {
        const auto parsed = core::json::parse(line).value();
        const auto root = parsed.root();
        CHECK(root.find("pixel").text() == pixel);
        CHECK(root.find("event").text() == "Purchase");
        CHECK(root.find("controller").text() == "shop");
        told[std::string(root.find("event_id").text())] +=
            std::string(root.find("outcome").text()) + " " +
            std::string(root.find("request_id").text()) + " " +
            std::to_string(root.find("code").integer().value_or(0));
    }
    // The first request had both; the second had e1 alone, the third e2.
    CHECK(told ==
          std::map<std::string, std::string>{{"e1", "delivered R2 0"}, {"e2", "refused R3 40002"}});
}

TEST_CASE("audit: who was erased while the event was on its way gets no link to its line") {
    way_out test;
    test.server.before_answer([&](std::size_t) { record(test, 1, ledger::choice::erased, now()); });
    test.post(1, 2);
    test.start();
    REQUIRE(eventually([&] { return test.idle(); }));
    std::map<std::string, bool> linked;
    for (const auto& line : test.lines()) {
        const auto parsed = core::json::parse(line).value();
        linked[std::string(parsed.root().find("event_id").text())] =
            static_cast<bool>(parsed.root().find("link"));
    }
    CHECK(linked == std::map<std::string, bool>{{"e1", false}, {"e2", true}});
}

TEST_CASE("audit: nothing is written down when nothing is to be recorded") {
    way_out test(ledger::audit_record::none);
    test.post(1, 3);
    test.start();
    REQUIRE(eventually([&] { return test.idle(); }));
    CHECK(each_once(test.server.taken(), 3));
    CHECK_FALSE(std::filesystem::exists(test.directory.file("audit")));
}

TEST_CASE("status: what was delivered and what the upstream said last") {
    way_out test;
    const auto before = test.out->status();
    REQUIRE(before.size() == 1);
    CHECK(before[0].pixel == pixel);
    CHECK(before[0].state == relay::breaker::state::closed);
    CHECK(before[0].delivered == 0);
    CHECK_FALSE(before[0].last);

    test.post(1, 3);
    test.start();
    REQUIRE(eventually([&] { return test.out->status()[0].delivered == 3; }));
    const auto good = test.out->status()[0];
    REQUIRE(good.last);
    CHECK(good.last->outcome == "ok");
    CHECK(good.last->code == 0);
    CHECK(good.last->request_id == "R1");
    CHECK(core::system_clock().wall() - good.last->at < 60s);

    test.server.script(std::vector<net::response>(
        1000, json_answer(R"({"code":50000,"message":"x","request_id":"down"})")));
    test.post(4, 4);
    REQUIRE(eventually([&] { return test.out->status()[0].state == relay::breaker::state::open; }));
    const auto bad = test.out->status()[0];
    CHECK(bad.delivered == 3);
    REQUIRE(bad.last);
    CHECK(bad.last->outcome == "server_error");
    CHECK(bad.last->code == 50000);
    CHECK(bad.last->request_id == "down");
}
