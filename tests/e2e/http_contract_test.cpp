// What applications may rely on, word for word, against the real program.

#include <catch2/catch.hpp>

#include <csignal>
#include <string>
#include <support/eventually.hpp>
#include <support/sidecar.hpp>
#include <support/temporary_directory.hpp>

using namespace gatepost;
using namespace gatepost::test;

namespace {

const std::string program = std::string(GATEPOST_BINARY_DIR) + "/gatepost";
using headers = http_connection::headers;

const std::string granted =
    R"({"event":"Purchase","event_id":"g1","visitor":{"country":"DE"},"consent":{"marketing":"granted"}})";
const std::string denied =
    R"({"event":"Purchase","event_id":"d1","visitor":{"country":"DE"},"consent":{"marketing":"denied"}})";

// A daemon whose upstream never answers, so that what was posted stays in the spool.
struct fixture {
    explicit fixture(const std::string& more = "")
        : upstream(program, directory.path()), gatepost(program, directory.path(), upstream, more) {
        upstream.control(R"({"mode":"hang"})");
        gatepost.start();
    }
    http_answer post(const std::string& body, const headers& extra = {},
                     const std::string& target = "/v1/events") {
        return http_connection(gatepost.ingest()).post(target, body, extra);
    }

    temporary_directory directory;
    sandbox_process upstream;
    sidecar gatepost;
};

core::json::document parsed(const http_answer& answer) {
    auto result = core::json::parse(answer.body);
    REQUIRE(result.has_value());
    return std::move(*result);
}

std::string error_code(const http_answer& answer) {
    return std::string(parsed(answer).root().find("error").find("code").text());
}

std::string outcome(const http_answer& answer, std::size_t place = 0) {
    return std::string(parsed(answer).root().find("results").at(place).find("outcome").text());
}

} // namespace

TEST_CASE("http: what each request to /v1/events is answered") {
    fixture test;
    struct row {
        const char* what;
        std::string body;
        headers extra;
        int status;
        const char* code; // of the top-level error; "" when there are results
    };
    const std::string unnamed = R"({"user":{}})";
    std::string many = "[";
    for (int i = 0; i < 1001; ++i) {
        many += (i == 0 ? "" : ",") + denied;
    }
    const std::vector<row> table{
        {"a granted event", granted, {}, 202, ""},
        {"the same again", granted, {}, 200, ""},
        {"a denied event", denied, {}, 200, ""},
        {"a list", "[" + denied + "," + denied + "]", {}, 200, ""},
        {"a list in an object", R"({"events":[)" + denied + "]}", {}, 200, ""},
        {"one line an event",
         denied + "\n" + denied + "\n",
         {{"Content-Type", "application/x-ndjson"}},
         200,
         ""},
        {"a +json type",
         denied,
         {{"Content-Type", "application/vnd.shop+json; charset=utf-8"}},
         200,
         ""},
        {"no content type", denied, {{"Content-Type", ""}}, 200, ""},
        {"an event without a name", unnamed, {}, 422, ""},
        {"an unknown pixel", R"({"event":"Purchase","pixel":"CUNKNOWN"})", {}, 422, ""},
        {"milliseconds", R"({"event":"Purchase","event_time":1795350000000})", {}, 422, ""},
        {"an old event", R"({"event":"Purchase","event_time":1500000000})", {}, 422, ""},
        {"no JSON", "{\"event\":", {}, 400, "invalid_json"},
        {"a NUL byte", std::string("{\"event\":\"a\0b\"}", 15), {}, 400, "invalid_json"},
        {"invalid UTF-8", "{\"event\":\"\xff\"}", {}, 400, "invalid_json"},
        {"a key twice", R"({"event":"a","event":"b"})", {}, 400, "invalid_json"},
        {"depth over 32",
         "{\"event\":\"a\",\"properties\":" + std::string(40, '[') + std::string(40, ']') + "}",
         {},
         400,
         "invalid_json"},
        {"a bad line",
         denied + "\n{\n",
         {{"Content-Type", "application/x-ndjson"}},
         400,
         "invalid_json"},
        {"an empty list", "[]", {}, 422, "empty_list"},
        {"more than 1,000", many + "]", {}, 413, "too_many_events"},
        {"a form",
         "event=Purchase",
         {{"Content-Type", "application/x-www-form-urlencoded"}},
         415,
         "unsupported_type"},
        {"an unknown coding", denied, {{"Content-Encoding", "br"}}, 415, "unsupported_encoding"},
        {"gzip that is none", denied, {{"Content-Encoding", "gzip"}}, 400, "invalid_gzip"},
        {"a foreign Host", denied, {{"Host", "evil.example"}}, 403, "host_not_allowed"},
        {"a loopback Host", denied, {{"Host", "127.0.0.1:1"}}, 200, ""},
        {"an IPv6 Host", denied, {{"Host", "[::1]:8787"}}, 200, ""},
        {"a foreign Origin",
         denied,
         {{"Origin", "https://evil.example"}},
         403,
         "origin_not_allowed"},
        {"a null Origin", denied, {{"Origin", "null"}}, 403, "origin_not_allowed"},
    };
    for (const auto& row : table) {
        CAPTURE(row.what);
        const auto answer = test.post(row.body, row.extra);
        CHECK(answer.status == row.status);
        const auto body = parsed(answer);
        if (*row.code == '\0') {
            CHECK(body.root().find("results").size() >= 1);
            CHECK(body.root().find("warnings").is_array());
        } else {
            CHECK(body.root().find("error").find("code").text() == row.code);
        }
    }
}

TEST_CASE("http: a queued event is answered with its decision, a repeated one as duplicate") {
    fixture test;
    const auto first = test.post(granted);
    CHECK(first.status == 202);
    CHECK(first.body.starts_with(
        R"({"results":[{"event_id":"g1","outcome":"queued","decision":{"action":"send",)"
        R"("rule":"explicit-grant","source":"body:consent.marketing","regime":"opt_in",)"
        R"("country":"DE","token":"gp1.)"));
    CHECK(first.body.ends_with(R"("}}],"warnings":[]})"));
    CHECK(outcome(test.post(granted)) == "duplicate");
    // The gate comes first.
    auto refused = granted;
    refused.replace(refused.find("granted"), 7, "denied");
    CHECK(outcome(test.post(refused)) == "dropped");
}

TEST_CASE("http: every event of a list is answered in its place, and stands alone") {
    fixture test;
    const auto answer = test.post("[" + denied + R"(,{"event":7},)" + granted + "]");
    CHECK(answer.status == 202);
    CHECK(outcome(answer, 0) == "dropped");
    CHECK(outcome(answer, 1) == "rejected");
    CHECK(outcome(answer, 2) == "queued");
    const auto body = parsed(answer);
    const auto error = body.root().find("results").at(1).find("error");
    CHECK(error.find("code").text() == "invalid_event");
    CHECK(error.find("path").text() == "/events/1/event");
}

TEST_CASE("http: routes, methods and trailing slashes") {
    fixture test;
    http_connection over(test.gatepost.ingest());
    CHECK(over.post("/v1/events/", denied).status == 200);
    CHECK(error_code(test.post(denied, {}, "/v1/nothing")) == "not_found");
    const auto wrong = http_get(test.gatepost.ingest(), "/v1/events");
    CHECK(wrong.status == 405);
    CHECK(wrong.headers.at("allow").find("POST") != std::string::npos);
}

TEST_CASE("http: explain shows findings, jurisdiction and payload, and keeps nothing") {
    fixture test;
    const auto answer = test.post(granted, {}, "/v1/explain");
    CHECK(answer.status == 200);
    const auto body = parsed(answer);
    const auto result = body.root().find("results").at(0);
    CHECK(result.find("decision").find("rule").text() == "explicit-grant");
    CHECK(result.find("findings").at(0).find("state").text() == "granted");
    CHECK(result.find("jurisdiction").find("country").text() == "DE");
    CHECK(result.find("jurisdiction").find("source").text() == "visitor");
    const auto payload = result.find("payload");
    CHECK(payload.find("event_source").text() == "web");
    CHECK(payload.find("event_source_id").text() == pixel_code);
    CHECK(payload.find("data").at(0).find("event_id").text() == "g1");
    const auto nothing = parsed(test.post(denied, {}, "/v1/explain"));
    CHECK_FALSE(nothing.root().find("results").at(0).find("payload"));
    CHECK(outcome(test.post(granted)) == "queued"); // not a duplicate
}

TEST_CASE("http: an event that came alone speaks with the request's own cookies and headers") {
    fixture test;
    const std::string bare = R"({"event":"Purchase","visitor":{"country":"DE"}})";
    CHECK(outcome(test.post(bare)) == "dropped");
    CHECK(outcome(test.post(bare, {{"Cookie", "tarteaucitron=!tiktok=true"}})) == "queued");
    CHECK(outcome(test.post(bare, {{"X-Consent-Marketing", "granted"}})) == "queued");
    CHECK(outcome(test.post(bare, {{"Cookie", "tarteaucitron=!tiktok=true"}, {"Sec-GPC", "1"}})) ==
          "queued"); // a grant where consent comes first
    const std::string american = R"({"event":"Purchase","visitor":{"country":"US"}})";
    CHECK(outcome(test.post(american)) == "queued");
    CHECK(outcome(test.post(american, {{"Sec-GPC", "1"}})) == "dropped");
    // In a list the request grants nothing; a denial in it applies to all.
    const auto list = "[" + bare + "," + granted + "]";
    const auto one = test.post(list, {{"X-Consent-Marketing", "granted"}});
    CHECK(outcome(one, 0) == "dropped");
    CHECK(outcome(one, 1) == "queued");
    CHECK(outcome(test.post(list, {{"X-Consent-Marketing", "denied"}}), 1) == "dropped");
}

TEST_CASE("http: an allowed origin gets CORS headers and its preflight an answer") {
    fixture test("listen: {http: 127.0.0.1:0, allowed_origins: [https://shop.example], "
                 "allowed_hosts: [gate.internal]}");
    const auto answer = test.post(denied, {{"Origin", "https://shop.example:8443"}});
    CHECK(answer.status == 200);
    CHECK(answer.headers.at("access-control-allow-origin") == "https://shop.example:8443");
    const auto preflight = http_connection(test.gatepost.ingest())
                               .request("OPTIONS", "/v1/events",
                                        {{"Origin", "https://shop.example"},
                                         {"Access-Control-Request-Method", "POST"}},
                                        "");
    CHECK(preflight.status == 204);
    CHECK(preflight.headers.at("access-control-allow-methods") == "GET, POST");
    CHECK(test.post(denied, {{"Host", "gate.internal:80"}}).status == 200);
    CHECK(test.post(denied, {{"Origin", "http://shop.example"}}).status == 403);
}

TEST_CASE("http: Unix socket and IPv6 loopback, served by two threads") {
    const temporary_directory directory;
    const sandbox_process upstream(program, directory.path());
    sidecar gatepost(program, directory.path(), upstream,
                     "listen: {http: [\"[::1]:0\"], unix: " + directory.file("ingest.sock") +
                         ", unix_mode: \"0600\", threads: 2}");
    gatepost.start();
    CHECK(gatepost.ingest().starts_with("http://[::1]:"));
    CHECK(http_connection(gatepost.ingest()).post("/v1/events", denied).status == 200);
    for (std::size_t i = 0; i < 20; ++i) { // each connection goes to the other thread
        CHECK(http_connection(gatepost.ingest()).post("/v1/events", granted).status ==
              (i == 0 ? 202 : 200));
    }
    http_connection over("unix:" + directory.file("ingest.sock"));
    CHECK(over.post("/v1/events", denied, {{"Host", "anything.example"}}).status == 200);
    CHECK(std::filesystem::status(directory.file("ingest.sock")).permissions() ==
          (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
}

TEST_CASE("http: a full spool answers 503 with Retry-After and keeps nothing of the list") {
    const temporary_directory directory;
    sandbox_process upstream(program, directory.path());
    upstream.control(R"({"mode":"hang"})");
    sidecar gatepost(program, directory.path(), upstream, "", "max_bytes: 1MiB");
    gatepost.start();
    http_connection over(gatepost.ingest());
    const std::string padding(20'000, 'x');
    int taken = 0;
    http_answer answer;
    do {
        auto list = "[" + granted + "," + granted + "]";
        for (const std::string_view id : {"g1", "g1"}) {
            list.replace(list.find("\"" + std::string(id) + "\""), 4,
                         "\"n" + std::to_string(taken++) + "\",\"properties\":{\"description\":\"" +
                             padding + "\"}");
        }
        answer = over.post("/v1/events", list);
    } while (answer.status == 202 && taken < 200);
    CHECK(answer.status == 503);
    CHECK(error_code(answer) == "spool_full");
    CHECK(answer.headers.at("retry-after") == "5");
    CHECK(gatepost.unsettled() == taken - 2);
    const auto ready = http_get(gatepost.admin(), "/readyz");
    CHECK(ready.status == 200);
    CHECK(ready.body == R"({"status":"ready","spool":"full"})");
    CHECK(over.post("/v1/events", denied).status == 200);
}

TEST_CASE("http: operators' routes") {
    fixture test("metrics: {http: 127.0.0.1:0}");
    const auto probes = test.gatepost.process().line_after("listening metrics ");
    for (const auto& url : {test.gatepost.admin(), probes}) {
        CHECK(http_get(url, "/healthz").status == 200);
        CHECK(http_get(url, "/readyz").body == R"({"status":"ready","spool":"ok"})");
        CHECK(http_get(url, "/metrics").body.find("gatepost_build_info{") != std::string::npos);
        CHECK(http_get(url, "/v1/events").status == 404);
    }
    http_connection rebound(test.gatepost.admin());
    CHECK(rebound.request("GET", "/metrics", {{"Host", "evil.example"}}, "").status == 403);
    http_connection pod(probes);
    CHECK(pod.request("GET", "/metrics", {{"Host", "10.1.2.3:9090"}}, "").status == 200);
}

TEST_CASE("http: a page of the shop may post events and changes nothing for operators") {
    fixture test("listen: {http: 127.0.0.1:0, allowed_origins: [\"https://shop.example\"]}");
    const headers shop{{"Origin", "https://shop.example"}};
    REQUIRE(test.post(granted, shop).status == 202);
    const auto at_admin = [&](const std::string& method, const std::string& target,
                              const headers& extra) {
        return http_connection(test.gatepost.admin())
            .request(method, target, extra, R"({"reason":"invalid"})");
    };
    const std::string replay = "/v1/dead-letters/replay";
    CHECK(error_code(at_admin("POST", replay, shop)) == "origin_not_allowed");
    CHECK(at_admin("DELETE", "/v1/dead-letters", shop).status == 403);
    CHECK(at_admin("OPTIONS", "/v1/dead-letters", shop).status == 403);
    const auto form = at_admin("POST", replay, {{"Content-Type", "text/plain;charset=UTF-8"}});
    CHECK(form.status == 415);
    CHECK(error_code(form) == "unsupported_type");
    CHECK(at_admin("POST", replay, {}).status == 200);
    const auto resume = "/v1/pixels/" + std::string(pixel_code) + "/resume";
    CHECK(http_connection(test.gatepost.admin()).request("POST", resume, {}, "").status == 200);
}

TEST_CASE("process: one owner for a spool, clear errors, clean ends") {
    fixture test;
    child_process second({program, "serve", "--config", test.directory.file("gatepost.yaml")},
                         test.directory.file("second.log"), {{"TEST_ACCESS_TOKEN", access_token}});
    CHECK(second.wait() == 69);
    CHECK(read_file(test.directory.file("second.log")).find("owns") != std::string::npos);

    child_process unset({program, "check", "--config", test.directory.file("gatepost.yaml")},
                        test.directory.file("unset.log"));
    CHECK(unset.wait() == 78);
    CHECK(read_file(test.directory.file("unset.log")).find("gatepost.yaml:1:") !=
          std::string::npos);

    child_process nonsense({program, "nonsense"}, test.directory.file("nonsense.log"));
    CHECK(nonsense.wait() == 64);

    // The upstream hangs: the grace passes, what waits is kept.
    REQUIRE(test.post(granted).status == 202);
    test.gatepost.process().signal(SIGTERM);
    CHECK(eventually([&] {
        return read_file(test.gatepost.log_file()).find("shutting down") != std::string::npos;
    }));
    test.gatepost.process().signal(SIGHUP); // not an end
    CHECK(http_get(test.gatepost.admin(), "/readyz").status == 503);
    test.gatepost.process().signal(SIGTERM); // a second signal ends at once
    CHECK(test.gatepost.process().wait(std::chrono::seconds(5)) == 1);
    test.gatepost.start();
    CHECK(outcome(test.post(granted)) == "duplicate");
}
