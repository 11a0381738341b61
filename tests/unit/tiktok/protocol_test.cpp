#include <gatepost/core/json.hpp>
#include <gatepost/tiktok/protocol.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <vector>

using namespace gatepost;

TEST_CASE("protocol: a batch holds its events in their order") {
    const std::vector<std::string_view> payloads{R"({"event":"a"})", R"({"event":"b"})",
                                                 R"({"event":"c"})"};
    CHECK(tiktok::batch_body({.id = "PIXEL"}, payloads) ==
          R"({"event_source":"web","event_source_id":"PIXEL",)"
          R"("data":[{"event":"a"},{"event":"b"},{"event":"c"}]})");
    CHECK(tiktok::batch_body({.id = "PIXEL"}, {payloads.data(), 1})
              .ends_with(R"("data":[{"event":"a"}]})"));
}

TEST_CASE("protocol: the test event code stands at the top, escaped like all else") {
    const auto body =
        core::json::parse(tiktok::batch_body({.id = "P\"1", .test_event_code = "T\\1"}, {}))
            .value();
    CHECK(body.root().find("event_source_id").text() == "P\"1");
    CHECK(body.root().find("test_event_code").text() == "T\\1");
    CHECK(body.root().find("data").size() == 0);
}

TEST_CASE("protocol: the request has TikTok's path with its slash, the token and JSON") {
    const std::string_view payload = "{}";
    const auto request =
        tiktok::batch_request({.id = "PIXEL"}, core::secret_string("t0ken"), {&payload, 1});
    CHECK(request.target == "/open_api/v1.3/event/track/");
    const auto has = [&](const char* name, const char* value) {
        return std::ranges::count(request.headers,
                                  std::pair<std::string, std::string>(name, value));
    };
    CHECK(has("Access-Token", "t0ken") == 1);
    CHECK(has("Content-Type", "application/json") == 1);
    CHECK(request.body.find("t0ken") == std::string::npos);
}
