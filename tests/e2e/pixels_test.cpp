// Several pixels at once: each event by its own pixel's way, token, rules and share of the spool.

#include "json_line.hpp"
#include "rows.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <set>
#include <support/scripted_upstream.hpp>
#include <vector>

using namespace gatepost;
using namespace gatepost::test;
using namespace std::chrono_literals;

namespace {

constexpr auto first = "C0FIRST00PIXEL000001";
constexpr auto second = "C0SECOND0PIXEL000002";

// A pixel of the section `pixels`.
std::string one(const std::string& id, const std::string& more = "") {
    return "{id: " + id +
           (more.find("access_token") == std::string::npos ? ", access_token_env: TEST_ACCESS_TOKEN"
                                                           : "") +
           (more.empty() ? "" : ", ") + more + "}";
}

stage::script pixels(const std::string& list, const std::string& relay = "") {
    return {.more = "pixels: [" + list + "]", .relay = at_once + relay, .tls = false};
}

std::string on_page(const std::string& id, const std::string& url) {
    return event_with(id, R"("consent":{"marketing":"granted"},"page":{"url":")" + url + "\"}");
}

// The only event that arrived, or the one with this id.
core::json::value event_named(const core::json::document& shown, std::string_view id) {
    core::json::value found;
    shown.root().find("events").each_element([&](core::json::value each) {
        if (each.find("event").find("event_id").text() == id) {
            found = each;
        }
    });
    REQUIRE(found);
    return found;
}

} // namespace

TEST_CASE("pixels: an event goes to the pixel that it names, else to its page's") {
    stage at(pixels(one(first, "hosts: [shop.example, www.shop.example]") + "," +
                    one(second, "hosts: [\"*.shop.example\"]")));
    struct row {
        const char* id;
        const char* url;
        const char* to;
    };
    const std::vector<row> table{{"whole", "https://shop.example/x", first},
                                 {"capitals", "HTTPS://Shop.Example:443/x", first},
                                 {"exact-before-pattern", "https://www.shop.example/", first},
                                 {"below", "https://m.shop.example/", second},
                                 {"far-below", "https://a.b.shop.example/?q=shop.example", second}};
    for (const auto& row : table) {
        CHECK(at.event(on_page(row.id, row.url)).outcome == "queued");
    }
    CHECK(
        at.event(event_of(second, "named", R"(,"page":{"url":"https://shop.example/"})")).outcome ==
        "queued");
    for (const auto* const nowhere : {"https://othershop.example/", "https://shop.example.evil/"}) {
        CHECK(at.event(on_page("nowhere", nowhere)).outcome == "rejected");
    }
    CHECK(at.event(event_of("CUNKNOWN", "unknown")).outcome == "rejected");
    REQUIRE(at.settles());
    auto arrived = at.arrivals();
    CHECK(arrived.size() == table.size() + 1);
    for (const auto& row : table) {
        CAPTURE(row.id);
        CHECK(arrived[row.id].pixel == row.to);
    }
    CHECK(arrived["named"].pixel == second);
    CHECK(at.gatepost().metric(R"(gatepost_events_total{outcome="rejected",pixel="other"})") == 3);
}

TEST_CASE("pixels: each has its own token and test code, and test codes never share a request") {
    const temporary_directory directory;
    scripted_upstream upstream;
    std::ofstream(directory.file("first.token")) << "token-of-the-first\n";
    std::ofstream(directory.file("second.token")) << "token-of-the-second";
    const auto token = [&](const char* which) {
        return "access_token_file: " + directory.file(which) + ".token";
    };
    sidecar gatepost(program_under_test(), directory.path(), {upstream.url(), ""},
                     {.more = "pixels: [" + one(first, token("first")) + "," +
                              one(second, token("second") + ", test_event_code: STANDING") + "]",
                      .relay = at_once});
    gatepost.start();
    http_connection over(gatepost.ingest());
    const std::string code = R"(,"test_event_code":"TEST1")";
    const auto list = "[" + event_of(first, "a") + "," + event_of(first, "b", code) + "," +
                      event_of(first, "c") + "," + event_of(first, "d", code) + "," +
                      event_of(second, "e") + "," + event_of(second, "f", code) + "]";
    REQUIRE(over.post("/v1/events", list).status == 202);
    REQUIRE(eventually([&] { return gatepost.unsettled() == 0; }));

    struct told {
        std::string token;
        std::string test_code;
        std::vector<std::string> ids;
        auto operator<=>(const told&) const = default;
    };
    std::set<told> seen;
    for (const auto& request : upstream.received()) {
        const auto body = parsed(request.body);
        told one{request.token, std::string(body.root().find("test_event_code").text()), {}};
        body.root().find("data").each_element(
            [&](core::json::value event) { one.ids.emplace_back(event.find("event_id").text()); });
        const auto* const expected = body.root().find("event_source_id").text() == first
                                         ? "token-of-the-first"
                                         : "token-of-the-second";
        CHECK(request.token == expected);
        seen.insert(std::move(one));
    }
    CHECK(seen == std::set<told>{{"token-of-the-first", "", {"a", "c"}},
                                 {"token-of-the-first", "TEST1", {"b", "d"}},
                                 {"token-of-the-second", "STANDING", {"e"}},
                                 {"token-of-the-second", "TEST1", {"f"}}});
    const auto log = read_file(gatepost.log_file());
    CHECK(log.find("test_event_code is set") != std::string::npos);
    CHECK(log.find("token-of") == std::string::npos);
}

TEST_CASE("pixels: one that only observes decides and counts, keeps nothing and needs no token") {
    stage at(
        {.more = "pixels: [{id: " + std::string(first) + ", mode: observe}, " + one(second) + "]",
         .relay = at_once,
         .tls = false});
    const auto yes = at.event(event_of(first, "watched"));
    CHECK(yes.outcome == "observed");
    CHECK(yes.action == "send");
    const auto no = at.event(event_with("refused", R"("pixel":")" + std::string(first) + '"'));
    CHECK(no.outcome == "observed");
    CHECK(no.rule == "opt-in-default");
    CHECK(at.event(event_of(first, "watched")).outcome == "observed"); // no duplicate
    const auto by_tiktok =
        at.post("/open_api/v1.3/pixel/track/",
                R"({"pixel_code":")" + std::string(first) +
                    R"(","event":"Purchase","consent":{"marketing":"granted"}})");
    CHECK(by_tiktok.status == 200);
    CHECK(at.gatepost().unsettled() == 0);
    CHECK(at.event(event_of(second, "sent")).outcome == "queued");
    REQUIRE(at.settles());
    CHECK(at.arrived_ids() == std::vector<std::string>{"sent"});
    CHECK(at.gatepost().metric("gatepost_events_total{outcome=\"observed\",pixel=\"" +
                               std::string(first) + "\"}") == 4);
    CHECK(
        at.gatepost().metric(
            "gatepost_decisions_total{action=\"drop\",rule=\"opt-in-default\",source=\"none\"}") ==
        1);
    CHECK(status_of(at.gatepost(), first).mode == "observe");
    CHECK(status_of(at.gatepost(), second).mode == "send");
    CHECK(at.files_with("watched").empty());
}

TEST_CASE("pixels: what a pixel is not to be told stays here") {
    stage at(pixels(one(first, "deny_events: [Subscribe], deny_properties: [description, coupon], "
                               "send_ip: false") +
                    "," + one(second)));
    const std::string more = R"(,"properties":{"value":7,"currency":"EUR","description":"socks",)"
                             R"("coupon":"C1","order_id":"7"},)"
                             R"("visitor":{"ip":"203.0.113.7","user_agent":"Agent/1"})";
    for (const std::string to : {first, second}) {
        REQUIRE(at.event(event_of(to, "of-" + to, more)).outcome == "queued");
    }
    auto subscribe = event_of(first, "denied");
    subscribe.replace(subscribe.find("Purchase"), 8, "Subscribe");
    const auto denied = at.event(subscribe);
    CHECK(denied.outcome == "dropped");
    CHECK(denied.rule == "denied-event");
    auto elsewhere = event_of(second, "elsewhere");
    elsewhere.replace(elsewhere.find("Purchase"), 8, "Subscribe");
    CHECK(at.event(elsewhere).outcome == "queued");
    REQUIRE(at.settles());
    CHECK(at.times_arrived().size() == 3);
    const auto shown = at.upstream().events();
    const auto little = event_named(shown, std::string("of-") + first).find("event");
    CHECK_FALSE(little.find("user").find("ip"));
    CHECK(little.find("user").find("user_agent").text() == "Agent/1");
    CHECK_FALSE(little.find("properties").find("description"));
    CHECK_FALSE(little.find("properties").find("coupon"));
    CHECK(little.find("properties").find("order_id").text() == "7");
    const auto all = event_named(shown, std::string("of-") + second).find("event");
    CHECK(all.find("user").find("ip").text() == "203.0.113.7");
    CHECK(all.find("properties").find("coupon").text() == "C1");
}

TEST_CASE("pixels: the section consent may be another for one pixel") {
    stage at(pixels(one(first) + "," + one(second, "consent: {regime: {force: opt_out}}")));
    const auto silent = [](const char* to, const char* id) {
        return event_with(id, R"("pixel":")" + std::string(to) + '"');
    };
    CHECK(at.event(silent(first, "asked-first")).rule == "opt-in-default");
    const auto sent = at.event(silent(second, "may-object"));
    CHECK(sent.outcome == "queued");
    CHECK(sent.rule == "opt-out-default");
    REQUIRE(at.settles());
    CHECK(at.arrived_ids() == std::vector<std::string>{"may-object"});
}

TEST_CASE("pixels: one that has used up its share of the spool gets 429, another does not") {
    stage at(pixels(one(first, "max_spool_bytes: 8KiB") + "," + one(second)));
    at.upstream().control(told_of(first, R"("code":40001)"));
    int taken = 0;
    http_answer answer;
    do {
        answer = at.post("/v1/events", event_of(first, "n" + std::to_string(taken++)));
    } while (answer.status == 202 && taken < 100);
    REQUIRE(answer.status == 429);
    CHECK(parsed(answer.body).root().find("error").find("code").text() == "pixel_quota");
    CHECK(answer.headers.contains("retry-after"));
    const auto tiktok_body = R"({"pixel_code":")" + std::string(first) +
                             R"(","event":"Purchase","consent":{"marketing":"granted"}})";
    const auto in_its_shape = at.post("/open_api/v1.3/pixel/track/", tiktok_body);
    CHECK(in_its_shape.status == 429);
    CHECK(parsed(in_its_shape.body).root().find("code").integer() == 40100);
    // All or nothing: what would fit of the list is not kept either.
    const auto before = at.gatepost().unsettled();
    const auto mixed = at.post("/v1/events", "[" + event_of(second, "mixed") + "," +
                                                 event_of(first, "too-many") + "]");
    CHECK(mixed.status == 429);
    CHECK(at.gatepost().unsettled() == before);
    CHECK(at.event(event_of(second, "fine")).outcome == "queued");
    CHECK(http_get(at.gatepost().admin(), "/readyz").body == R"({"status":"ready","spool":"ok"})");
    // A known event is a duplicate, whatever room there is.
    CHECK(at.event(event_of(first, "n0")).outcome == "duplicate");

    at.upstream().control(told_of(first, R"("mode":"ok")"));
    CHECK(resume(at.gatepost(), first).status == 200);
    REQUIRE(at.settles());
    CHECK(at.event(event_of(first, "again")).outcome == "queued");
    REQUIRE(at.settles());
    CHECK(at.times_arrived().size() == static_cast<std::size_t>(taken) - 1 + 2);
}

TEST_CASE("pixels: one that hangs, and one that is refused, delay no other") {
    stage at(pixels(one(first) + "," + one(second) + "," + one(pixel_code),
                    ", connections: 1, timeout: {connect: 3s, request: 25s}"));
    at.upstream().control(told_of(first, R"("mode":"hang")"));
    at.upstream().control(told_of(second, R"("code":40105)"));
    for (int i = 0; i < 3; ++i) { // more than one batch each
        const auto run = "run" + std::to_string(i) + "-";
        REQUIRE(at.post("/v1/events", list_of(first, run, 1000)).status == 202);
        REQUIRE(at.post("/v1/events", list_of(second, run, 1000)).status == 202);
    }
    REQUIRE(eventually([&] { return paused(at.gatepost(), second, "token") == 1; }));
    for (int i = 0; i < 5; ++i) {
        const auto id = "healthy" + std::to_string(i);
        const auto begun = std::chrono::steady_clock::now();
        REQUIRE(at.event(event_of(pixel_code, id)).outcome == "queued");
        REQUIRE(eventually([&] { return delivered(at.gatepost(), pixel_code) == i + 1; }, 10s));
        // 100 ms of patience and the linger, and what a busy machine adds.
        CHECK(std::chrono::steady_clock::now() - begun < 5s);
    }
    CHECK(at.times_arrived().size() == 5);
    CHECK(eventually([&] { return at.gatepost().unsettled() == 6000; }));
}
