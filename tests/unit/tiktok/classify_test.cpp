// Every row of the contract's table "Behaviour under trouble" that an answer can cause.

#include <gatepost/tiktok/protocol.hpp>

#include <catch2/catch.hpp>

using namespace gatepost;
using core::outcome;
using core::upstream_health;
using tiktok::classify;
using outcomes = std::vector<outcome>;

namespace {

core::upstream_answer answer(unsigned status, std::string body) {
    core::upstream_answer made;
    made.status = status;
    made.body = std::move(body);
    return made;
}

std::string coded(std::int64_t code, const std::string& message = "words") {
    return R"({"code":)" + std::to_string(code) + R"(,"message":")" + message +
           R"(","request_id":"2025","data":{}})";
}

core::delivery refused(const std::string& message, std::size_t records) {
    return classify(answer(200, coded(40002, message)), records);
}

} // namespace

TEST_CASE("classify: HTTP 200 and code 0, both, deliver") {
    const auto body = GENERATE(as<std::string>(), coded(0, "OK"), R"({"code":0})",
                               R"({"code":0,"data":null})", R"({"code":0,"message":"Invalid 0."})");
    const auto verdict = classify(answer(200, body), 3);
    CHECK(verdict.records == outcomes(3, outcome::delivered));
    CHECK(verdict.health == upstream_health::answering);
    CHECK(verdict.label == "ok");
    CHECK(verdict.code == 0);
}

TEST_CASE("classify: what passes is retried, and nothing is dead") {
    struct row {
        unsigned status;
        std::string body;
        upstream_health health;
    };
    const auto failing = upstream_health::failing;
    const auto limited = upstream_health::rate_limited;
    const auto [status, body, health] = GENERATE_COPY(values<row>({
        {200, coded(40100), limited},
        {401, coded(40100), limited},
        {429, "", limited},
        {429, "<html>slow down</html>", limited},
        {429, coded(0), limited},
        {200, coded(40200), failing},
        {200, coded(40201), failing},
        {200, coded(40202), failing},
        {200, coded(40700), failing},
        {200, coded(50000), failing},
        {200, coded(50002), failing},
        {200, coded(51065), failing},
        {400, coded(50000), failing},
        {500, coded(0), failing},
        {201, coded(0), failing},
        {204, "", failing},
        {500, "", failing},
        {502, "<html><body>502 Bad Gateway</body></html>", failing},
        {503, "{}", failing},
        {504, "upstream request timeout", failing},
        {200, "{}", failing},
        {200, "", failing},
        {200, "OK", failing},
        {200, "null", failing},
        {200, "[]", failing},
        {200, R"({"code":"0"})", failing},
        {200, R"({"code":"OK"})", failing},
        {200, R"({"code":"50000"})", failing},
        {200, R"({"code":"40100"})", limited},
        {200, R"({"code":0.5})", failing},
        {200, R"({"code":true})", failing},
        {200, R"({"code":[0]})", failing},
        {200, R"({"code":null})", failing},
        {200, R"({"code":0)", failing},
        {200, R"({"code":0,"code":0})", failing},
        {200, R"({"message":"OK"})", failing},
        {200, coded(1), failing},
        {200, coded(-1), failing},
        {200, coded(20002), failing},
        {200, coded(39999), failing},
        {200, coded(60000), failing},
        {301, "", failing},
        {302, coded(0), failing},
        {307, "", failing},
        {400, "", failing},
        {404, "<html></html>", failing},
    }));
    CAPTURE(status, body);
    const auto verdict = classify(answer(status, body), 4);
    CHECK(verdict.records == outcomes(4, outcome::retry));
    CHECK(verdict.health == health);
    CHECK_FALSE(verdict.label.empty());
    CHECK_FALSE(verdict.oversized);
}

TEST_CASE("classify: what refuses the pixel or its token refuses it, and nothing is dead") {
    const auto [status, body, refusal] = GENERATE_COPY(table<unsigned, std::string, std::string>({
        {200, coded(40001, "No permission to operate pixel code: X"), "permission"},
        {200, coded(40007), "not_found"},
        {200, coded(40101), "token"},
        {200, coded(40102), "token"},
        {200, coded(40104), "token"},
        {401, coded(40105), "token"},
        {200, coded(40105), "token"},
        {200, R"({"code":"40105"})", "token"},
        {200, coded(40199), "token"},
        {403, coded(40105), "token"},
        {401, coded(40001), "permission"},
        {401, "", "token"},
        {401, "<html></html>", "token"},
        {401, coded(0), "token"},
        {403, "forbidden", "permission"},
        {403, "", "permission"},
    }));
    CAPTURE(status, body);
    const auto verdict = classify(answer(status, body), 4);
    CHECK(verdict.records == outcomes(4, outcome::retry));
    CHECK(verdict.health == upstream_health::refusing);
    CHECK(verdict.refusal == refusal);
    CHECK(verdict.label == "refused");
}

TEST_CASE("classify: with a body that holds a code, HTTP 401 and 403 say nothing") {
    const auto status = GENERATE(401U, 403U);
    CHECK(classify(answer(status, coded(40100)), 1).health == upstream_health::rate_limited);
    CHECK(classify(answer(status, coded(50000)), 1).health == upstream_health::failing);
    CHECK(classify(answer(status, coded(40002)), 1).records == outcomes{outcome::dead});
    CHECK(classify(answer(status, coded(40002)), 1).refusal.empty());
}

TEST_CASE("classify: an invalid event that was sent alone is dead") {
    const auto code =
        GENERATE(40000, 40002, 40003, 40006, 40008, 40099, 40203, 40699, 40701, 49999);
    const auto status = GENERATE(200U, 400U, 500U);
    CAPTURE(code, status);
    const auto verdict = classify(answer(status, coded(code)), 1);
    CHECK(verdict.records == outcomes{outcome::dead});
    CHECK(verdict.dead_reason == "invalid");
    CHECK(verdict.health == upstream_health::answering);
    CHECK(verdict.code == code);
    CHECK(verdict.message == "words");
    CHECK(verdict.request_id == "2025");
}

TEST_CASE("classify: in a batch whose message names no place, all are suspects") {
    const auto message = GENERATE(
        as<std::string>(), "", "Invalid value", "Invalid value for event_id: not a valid string.",
        "properties.contents.0.content_id: Not a valid string", "Error 2 of request 3",
        "data.x.event", "data[x]", "data.", "index", "Batch", "metadata.2: too long",
        "properties.metadata[1].x", "reindex 2 failed", "minibatch.1", "user_data.1.x",
        "properties.data.2.x", "data.3rd_party: unknown", "data.1_x", "data.properties.2",
        "contents: item at index 2 is invalid", "Invalid content_id, index: 1", "position 2");
    CAPTURE(message);
    const auto verdict = refused(message, 4);
    CHECK(verdict.records == outcomes(4, outcome::suspect));
    CHECK(verdict.health == upstream_health::answering);
    CHECK(verdict.dead_reason == "invalid");
}

TEST_CASE("classify: in a batch the one that the message names is dead, the others go again") {
    const auto [message, place] = GENERATE(table<std::string, std::size_t>({
        {"Batch.0.properties.contents.3.content_id: Not a valid string", 0},
        {"batch.3.event: x", 3},
        {"Batch[1].user", 1},
        {"data[2].user.email: Not a valid string.", 2},
        {"data.0.x", 0},
        {"data.3: Not a valid object.", 3},
        {"Invalid value for data.1.event_id: not a valid string.", 1},
        {"event at index 3 is invalid", 3},
        {"Index: 2", 2},
        {"(data[1])", 1},
        {"data.2, data.3: duplicated", 2},
        {"Invalid. [data.1]", 1},
        {"INDEX 1", 1},
    }));
    CAPTURE(message);
    const auto verdict = refused(message, 4);
    outcomes expected(4, outcome::resend);
    expected[place] = outcome::dead;
    CHECK(verdict.records == expected);
    CHECK(verdict.dead_reason == "invalid");
}

TEST_CASE("classify: a place outside the batch is no place") {
    const auto message = GENERATE(as<std::string>(), "data.4.event", "data[99]",
                                  "index 99999999999999999999999", "data.-1.x");
    CAPTURE(message);
    CHECK(refused(message, 4).records == outcomes(4, outcome::suspect));
}

TEST_CASE("classify: a partial success delivers all but the failed events") {
    const auto [data, dead] = GENERATE(table<std::string, std::vector<std::size_t>>({
        {"{}", {}},
        {"null", {}},
        {R"({"failed_events":[]})", {}},
        {R"({"failed_events":[1]})", {1}},
        {R"({"failed_events":[0,3]})", {0, 3}},
        {R"({"failed_events":[{"index":2,"message":"x"}]})", {2}},
        {R"({"failed_events":[4,-1,1.5,"1",null,{"index":9},{}]})", {}},
        {R"({"failed_events":7})", {}},
    }));
    CAPTURE(data);
    const auto verdict =
        classify(answer(200, R"({"code":20001,"message":"partial","data":)" + data + "}"), 4);
    outcomes expected(4, outcome::delivered);
    for (const auto place : dead) {
        expected[place] = outcome::dead;
    }
    CHECK(verdict.records == expected);
    CHECK(verdict.dead_reason == "failed_event");
    CHECK(verdict.health == upstream_health::answering);
}

TEST_CASE("classify: HTTP 413 says that the batch is too large, not that an event is bad") {
    const auto batch = classify(answer(413, "<html></html>"), 4);
    CHECK(batch.oversized);
    CHECK(batch.records == outcomes(4, outcome::suspect));
    CHECK(batch.health == upstream_health::answering);
    // Alone it can become no smaller.
    const auto single = classify(answer(413, ""), 1);
    CHECK(single.records == outcomes{outcome::dead});
    CHECK(single.dead_reason == "invalid");
    // A code decides before the status.
    CHECK_FALSE(classify(answer(413, coded(40002)), 4).oversized);
}

TEST_CASE("classify: how long to wait is handed on") {
    auto later = answer(429, "");
    later.retry_after = std::chrono::seconds(7);
    CHECK(classify(later, 1).retry_after == std::chrono::seconds(7));
    CHECK_FALSE(classify(answer(429, ""), 1).retry_after);
}

TEST_CASE("classify: words of any length and kind are kept to 500 bytes") {
    const auto verdict = classify(answer(200, coded(40002, std::string(10'000, 'm'))), 2);
    CHECK(verdict.message == std::string(500, 'm'));
    CHECK(
        classify(answer(200, R"({"code":40002,"message":7,"request_id":[]})"), 1).message.empty());
}

TEST_CASE("classify: what is no id of a request is none, whatever the upstream repeats there") {
    const auto [text, id] = GENERATE(table<std::string, std::string>({
        {"202611230342515CA1F8C3B6A2D40E9F77", "202611230342515CA1F8C3B6A2D40E9F77"},
        {"a_b-C", "a_b-C"},
        {std::string(48, 'a'), std::string(48, 'a')},
        {std::string(49, 'a'), ""},
        {std::string(64, 'f'), ""}, // SHA-256 in hex
        {"alice@example.com", ""},
        {"+12133734253", ""},
        {"two words", ""},
        {"caf\xC3\xA9", ""},
    }));
    const auto body = R"({"code":40002,"message":"m","request_id":")" + text + "\"}";
    CHECK(classify(answer(200, body), 1).request_id == id);
}

TEST_CASE("classify: every kind of answer has advice of its own, and so has none at all") {
    const auto [code, status, says] = GENERATE(table<std::int64_t, unsigned, std::string>({
        {0, 200, "TikTok took it"},
        {20001, 200, "but for some events"},
        {40100, 200, "Too many requests"},
        {40105, 200, "access token is missing, wrong, expired or revoked"},
        {40001, 200, "not allowed to send to this pixel"},
        {40007, 200, "no such pixel"},
        {40002, 200, "its message says where"},
        {50000, 200, "trouble of its own"},
        {60000, 200, "not known to answer like this"},
        {0, 413, "too large"},
        {0, 502, "trouble of its own"},
        {0, 404, "not known to answer like this"},
    }));
    CAPTURE(code, status);
    const auto words = tiktok::advice(classify(answer(status, coded(code)), 1));
    CHECK(words.find(says) != std::string_view::npos);
    core::delivery silence;
    silence.label = "timeout";
    CHECK(tiktok::advice(silence).starts_with("There was no answer."));
}
