// A configuration that changes while the daemon runs: the real program, on SIGHUP and by token
// files that are replaced.

#include "alice_and_bob.hpp"
#include "rows.hpp"

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <support/scripted_upstream.hpp>
#include <thread>
#include <vector>

using namespace gatepost;
using namespace gatepost::test;

namespace {

constexpr auto second_pixel = "C0SECOND00PIXEL0CODE";

double reloads(const sidecar& of, const std::string& result) {
    return of.metric("gatepost_config_reloads_total{result=\"" + result + "\"}");
}

// SIGHUP, obeyed. `result` is "ok" or "refused".
void reload(sidecar& of, const std::string& result = "ok") {
    const auto before = reloads(of, result);
    of.process().signal(SIGHUP);
    REQUIRE(eventually([&] { return reloads(of, result) == before + 1; }));
}

bool log_has(const sidecar& of, const std::string& text) {
    return read_file(of.log_file()).find(text) != std::string::npos;
}

std::string two_pixels() {
    return std::string("pixels: [{id: ") + pixel_code +
           ", access_token_env: TEST_ACCESS_TOKEN}, {id: " + second_pixel +
           ", access_token_env: TEST_ACCESS_TOKEN}]";
}

std::string one_pixel() {
    return std::string("pixels: [{id: ") + pixel_code + ", access_token_env: TEST_ACCESS_TOKEN}]";
}

void write_token(const std::filesystem::path& file, const std::string& token) {
    // As editors and Kubernetes do it: never half a file.
    const auto fresh = file.string() + ".new";
    std::ofstream(fresh) << token << '\n';
    std::filesystem::rename(fresh, file);
}

} // namespace

TEST_CASE("reload: SIGHUP brings new pixels, rules and limits over a connection that stays open") {
    stage at;
    http_connection kept(at.gatepost().ingest());
    const auto post = [&](const std::string& body) { return kept.post("/v1/events", body); };
    REQUIRE(verdicts(post(event_of(second_pixel, "before"))).front().outcome == "rejected");
    const auto minor = [](const std::string& id) {
        return event_of(pixel_code, id, R"(,"visitor":{"age":16})");
    };
    REQUIRE(verdicts(post(minor("minor"))).front().rule == "known-minor");
    const std::string long_id(3000, 'x');

    at.gatepost().reconfigure(one_pixel(), two_pixels());
    at.gatepost().reconfigure("listen: {http: 127.0.0.1:0}",
                              "listen: {http: 127.0.0.1:0, max_body: 2KiB}\n"
                              "consent: {minor_age: 16}");
    reload(at.gatepost());

    CHECK(verdicts(post(event_of(second_pixel, "after"))).front().outcome == "queued");
    CHECK(verdicts(post(minor("minor-2"))).front().outcome == "queued");
    CHECK(post(event_of(pixel_code, long_id)).status == 413);
    REQUIRE(at.settles());
    CHECK(at.arrivals().at("after").pixel == second_pixel);
    CHECK(at.has_arrived("minor-2"));
    CHECK_FALSE(at.has_arrived("before"));
    CHECK(delivered(at.gatepost(), second_pixel) == 1);
}

TEST_CASE("reload: a bad file is refused whole, every error is named, and nothing has changed") {
    stage at;
    at.gatepost().reconfigure(one_pixel(), two_pixels() + "\nconsent: {gpc: sometimes}\n"
                                                          "events: {nmaes: map}");
    reload(at.gatepost(), "refused");
    CHECK(log_has(at.gatepost(), "consent.gpc"));
    CHECK(log_has(at.gatepost(), "events.nmaes"));
    CHECK(at.event(event_of(second_pixel, "new")).outcome == "rejected");
    CHECK(at.event(event_of(pixel_code, "old")).outcome == "queued");

    std::filesystem::remove(at.gatepost().config_file());
    reload(at.gatepost(), "refused");
    CHECK(at.event(event_of(pixel_code, "old-2")).outcome == "queued");
    REQUIRE(at.settles());
    CHECK(at.arrived_ids() == std::vector<std::string>{"old", "old-2"});
}

TEST_CASE("reload: trust anchors that cannot be read refuse it whole, and delivery goes on") {
    stage at;
    at.gatepost().reconfigure(one_pixel(), two_pixels());
    at.gatepost().reconfigure(at.upstream().ca_file(), at.directory().file("none.pem"));
    reload(at.gatepost(), "refused");
    CHECK(at.event(event_of(second_pixel, "new")).outcome == "rejected");
    CHECK(at.event(event_of(pixel_code, "old")).outcome == "queued");
    REQUIRE(at.settles());
    CHECK(at.has_arrived("old"));
}

TEST_CASE("reload: what needs a restart is named and stays as it is") {
    stage at;
    const auto elsewhere = at.directory().file("elsewhere");
    at.gatepost().reconfigure(at.gatepost().spool().string(), elsewhere);
    at.gatepost().reconfigure("listen: {http: 127.0.0.1:0}",
                              "listen: {http: 127.0.0.1:0, threads: 2}");
    reload(at.gatepost());
    CHECK(log_has(at.gatepost(), R"("key":"spool.path")"));
    CHECK(log_has(at.gatepost(), R"("key":"listen.threads")"));
    CHECK(at.event(event_of(pixel_code, "kept")).outcome == "queued");
    REQUIRE(at.settles());
    CHECK_FALSE(std::filesystem::exists(elsewhere));
}

TEST_CASE("reload: under load no request fails and no connection is closed") {
    const auto threads = GENERATE(1, 2);
    stage at({.more = "listen: {http: 127.0.0.1:0, threads: " + std::to_string(threads) + "}"});
    std::atomic<bool> enough = false;
    std::atomic<int> posted = 0;
    std::atomic<int> failed = 0;
    std::vector<std::thread> applications;
    for (int i = 0; i < 4; ++i) {
        applications.emplace_back([&, i] {
            http_connection kept(at.gatepost().ingest());
            for (int n = 0; !enough; ++n) {
                const auto id = std::to_string(i) + "-" + std::to_string(n);
                failed += kept.post("/v1/events", event_of(pixel_code, id)).status == 202 ? 0 : 1;
                ++posted;
            }
        });
    }
    for (int round = 0; round < 10; ++round) {
        const int seen = posted;
        reload(at.gatepost());
        CHECK(eventually([&] { return posted > seen + 20; }));
    }
    enough = true;
    for (auto& each : applications) {
        each.join();
    }
    CHECK(failed == 0);
    REQUIRE(at.settles());
    const auto times = at.times_arrived();
    CHECK(times.size() == static_cast<std::size_t>(posted));
}

TEST_CASE("reload: a pixel that observes is sent after the change, and the other way round") {
    stage at({.more = std::string("pixels: [{id: ") + pixel_code +
                      ", mode: observe, access_token_env: TEST_ACCESS_TOKEN}]\n"});
    CHECK(at.event(event_of(pixel_code, "observed")).outcome == "observed");
    at.gatepost().reconfigure("mode: observe", "mode: send");
    reload(at.gatepost());
    CHECK(at.event(event_of(pixel_code, "sent")).outcome == "queued");
    REQUIRE(at.settles());
    at.gatepost().reconfigure("mode: send", "mode: observe");
    reload(at.gatepost());
    CHECK(at.event(event_of(pixel_code, "observed-again")).outcome == "observed");
    CHECK(at.arrived_ids() == std::vector<std::string>{"sent"});
}

TEST_CASE("reload: what waits of a pixel that is taken out waits on until it is back") {
    stage at({.more = two_pixels() + "\n", .relay = at_once});
    at.upstream().control(told_of(second_pixel, R"("code":50000)"));
    REQUIRE(at.event(event_of(second_pixel, "patient")).outcome == "queued");
    REQUIRE(eventually([&] { return requests(at.gatepost(), second_pixel, "server_error") > 0; }));
    at.gatepost().reconfigure(two_pixels(), one_pixel());
    reload(at.gatepost());
    at.upstream().control(told_of(second_pixel, R"("code":0)"));
    CHECK(at.event(event_of(second_pixel, "late")).outcome == "rejected");
    CHECK(at.event(event_of(pixel_code, "other")).outcome == "queued");
    REQUIRE(eventually([&] { return at.has_arrived("other"); }));
    CHECK_FALSE(at.has_arrived("patient"));
    at.gatepost().reconfigure(one_pixel(), two_pixels());
    reload(at.gatepost());
    REQUIRE(at.settles());
    CHECK(at.has_arrived("patient"));
}

TEST_CASE("reload: a new access token is used without a signal, and ends the pause it ends") {
    const temporary_directory directory;
    const auto token = directory.path() / "token";
    write_token(token, "first-token");
    scripted_upstream upstream({{answer_bytes(200, R"({"code":40105,"message":"token"})")}});
    sidecar gatepost(program_under_test(), directory.path(), {upstream.url(), ""},
                     {.more = std::string("pixels: [{id: ") + pixel_code +
                              ", access_token_file: " + token.string() + "}]\n",
                      .relay = at_once});
    gatepost.start();
    http_connection kept(gatepost.ingest());
    REQUIRE(kept.post("/v1/events", event_of(pixel_code, "waits")).status == 202);
    REQUIRE(eventually([&] { return paused(gatepost, pixel_code, "token") == 1; }));

    // An empty file on the way is no token.
    write_token(token, "");
    REQUIRE(eventually([&] { return log_has(gatepost, "the file is empty"); }));
    REQUIRE(upstream.received().size() == 1);

    write_token(token, "second-token");
    REQUIRE(eventually([&] { return delivered(gatepost, pixel_code) == 1; }));
    REQUIRE(upstream.received().size() == 2);
    CHECK(upstream.received()[0].token == "first-token");
    CHECK(upstream.received()[1].token == "second-token");
    CHECK(paused(gatepost, pixel_code, "token") == 0);
    CHECK_FALSE(log_has(gatepost, "first-token"));
    CHECK_FALSE(log_has(gatepost, "second-token"));
}

TEST_CASE("reload: SIGHUP tries a paused pixel at once") {
    stage at({.relay = at_once, .tls = false});
    at.upstream().control(R"({"code":40105,"count":1})");
    REQUIRE(at.event(event_of(pixel_code, "waits")).outcome == "queued");
    REQUIRE(eventually([&] { return paused(at.gatepost(), pixel_code, "token") == 1; }));
    reload(at.gatepost());
    REQUIRE(at.settles());
    CHECK(at.has_arrived("waits"));
}

TEST_CASE("reload: what waits is sent as of the source that it came for") {
    const auto of_source = [](const std::string& source) {
        return std::string("pixels: [{id: ") + pixel_code + ", source: " + source +
               ", access_token_env: TEST_ACCESS_TOKEN}]";
    };
    stage at({.more = of_source("web") + "\n", .relay = at_once, .tls = false});
    at.upstream().control(R"({"code":50000})");
    REQUIRE(at.event(event_of(pixel_code, "waits")).outcome == "queued");
    REQUIRE(eventually([&] { return requests(at.gatepost(), pixel_code, "server_error") > 0; }));
    at.gatepost().reconfigure(of_source("web"), of_source("offline"));
    reload(at.gatepost());
    at.upstream().control(R"({"code":0})");
    REQUIRE(at.event(event_of(pixel_code, "new")).outcome == "queued");
    REQUIRE(at.settles());
    std::map<std::string, std::string> sources;
    at.upstream().events().root().find("events").each_element([&](core::json::value each) {
        const std::string id(each.find("event").find("event_id").text());
        sources[id] = each.find("event_source").text();
    });
    CHECK(sources == std::map<std::string, std::string>{{"waits", "web"}, {"new", "offline"}});
}

TEST_CASE("reload: a withdrawal after the controller was renamed reaches what waits") {
    const bool restarts = GENERATE(false, true);
    CAPTURE(restarts);
    const auto under = [](const std::string& controller) {
        return std::string("pixels: [{id: ") + pixel_code + ", controller: " + controller +
               ", access_token_env: TEST_ACCESS_TOKEN}]";
    };
    const std::string carol = R"("user":{"email":"carol@example.com"})";
    stage at({.more = under("former") + "\n", .relay = at_once, .tls = false});
    at.upstream().control(R"({"code":50000})");
    REQUIRE(at.event(granted("alices", alice)).outcome == "queued");
    REQUIRE(at.event(granted("bobs", bob)).outcome == "queued");
    REQUIRE(at.event(granted("carols", carol)).outcome == "queued");
    at.gatepost().reconfigure(under("former"), under("present"));
    if (restarts) {
        at.kill_and_start();
    } else {
        reload(at.gatepost());
    }
    CHECK(log_has(at.gatepost(), R"("controller":"present","former":"former")") != restarts);
    for (const auto& who : {alice, bob, carol}) {
        CHECK(count(at.ask("/v1/subject", "{" + who + "}"), "waiting") == 1);
    }
    // The sweep finds the event, or the relay's second look has been there before it.
    const auto gone = [&](const std::string& who) {
        return eventually(
            [&] { return count(at.ask("/v1/subject", "{" + who + "}"), "waiting") == 0; });
    };
    CHECK(swept_by(at.ask("/v1/consent", withdrawal(alice))).deleted <= 1);
    CHECK(gone(alice));
    CHECK(swept_by(at.ask("/v1/erasure", "{" + bob + "}")).deleted <= 1);
    CHECK(gone(bob));
    CHECK(at.event(event_with("refusal", carol + R"(,"consent":{"marketing":"denied"})")).rule ==
          "explicit-denial");
    at.upstream().control(R"({"code":0})");
    REQUIRE(at.event(event_of(pixel_code, "new")).outcome == "queued");
    REQUIRE(at.settles());
    CHECK(at.arrived_ids() == std::vector<std::string>{"new"});
}

TEST_CASE("reload: a token that cannot be read keeps no other pixel's new token out") {
    const temporary_directory directory;
    const auto first = directory.path() / "first";
    const auto second = directory.path() / "second";
    write_token(first, "first-token");
    write_token(second, "second-token");
    scripted_upstream upstream;
    sidecar gatepost(program_under_test(), directory.path(), {upstream.url(), ""},
                     {.more = std::string("pixels: [{id: ") + pixel_code +
                              ", access_token_file: " + first.string() + "}, {id: " + second_pixel +
                              ", access_token_file: " + second.string() + "}]\n"});
    gatepost.start();
    std::filesystem::remove(second);
    write_token(first, "newer-token");
    write_token(second, "");
    REQUIRE(eventually([&] { return log_has(gatepost, "a new access token is in use"); }));
    http_connection kept(gatepost.ingest());
    REQUIRE(kept.post("/v1/events", event_of(pixel_code, "new")).status == 202);
    REQUIRE(kept.post("/v1/events", event_of(second_pixel, "old")).status == 202);
    REQUIRE(eventually([&] { return upstream.received().size() == 2; }));
    std::set<std::string> tokens;
    for (const auto& each : upstream.received()) {
        tokens.insert(each.token);
    }
    CHECK(tokens == std::set<std::string>{"newer-token", "second-token"});
}
