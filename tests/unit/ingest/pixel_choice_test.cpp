#include "trial.hpp"

#include <catch2/catch.hpp>

using namespace gatepost;
using namespace gatepost::test;
using ingest::outcome;

namespace {

ingest::options with_hosts() {
    ingest::options chosen;
    chosen.pixels = {{.id = "SHOP", .hosts = {"shop.example"}},
                     {.id = "ANY", .hosts = {"*.example"}},
                     {.id = "BELOW", .hosts = {"*.shop.example"}},
                     {.id = "NONE"}};
    return chosen;
}

ingest::verdict of_page(trial& subject, const std::string& url) {
    return subject.judge(R"({"event":"a","event_id":"1","page":{"url":")" + url + "\"}}")
        .verdicts[0];
}

} // namespace

TEST_CASE("pixel: without a name it is found by the host of the page, the closest first") {
    trial subject(with_hosts());
    const auto [url, pixel] = GENERATE(table<std::string, std::string>({
        {"https://shop.example/cart", "SHOP"},
        {"https://SHOP.example:8443/cart?x=1", "SHOP"},
        {"//shop.example", "SHOP"},
        {"https://www.shop.example/", "BELOW"},
        {"https://a.b.shop.example/", "BELOW"},
        {"https://other.example/", "ANY"},
        {"https://myshop.example/", "ANY"},
        {"https://user:secret@shop.example@evil.example/", "ANY"},
        {"https://shop.example.evil/", ""},
        {"https://example/", ""},
        {"/cart", ""},
        {"", ""},
    }));
    CAPTURE(url);
    const auto result = of_page(subject, url);
    CHECK(result.pixel == pixel);
    CHECK((result.outcome == outcome::rejected) == pixel.empty());
}

TEST_CASE("pixel: the one that is named goes before the host, and a single one needs neither") {
    trial subject(with_hosts());
    const auto judged =
        subject.judge(R"({"event":"a","pixel":"NONE","page":{"url":"https://shop.example/"}})");
    CHECK(judged.verdicts[0].pixel == "NONE");
    auto single = with_hosts();
    single.pixels.resize(1);
    trial alone(single);
    CHECK(of_page(alone, "https://elsewhere.test/").pixel == "SHOP");
}

TEST_CASE("pixel: an event of another source than its pixel's is rejected") {
    ingest::options chosen;
    chosen.pixels = {{.id = "P", .source = event::source::offline}};
    trial subject(chosen);
    const auto judged = subject.judge(
        R"([{"event":"a","event_source":"web"},{"event":"a","event_source":"offline"},{"event":"a"}])");
    REQUIRE(judged.verdicts[0].error);
    CHECK(judged.verdicts[0].error->code == "invalid_event");
    CHECK(judged.verdicts[0].error->path == "/events/0/event_source");
    CHECK(judged.verdicts[0].error->message == "the pixel is configured for offline events");
    CHECK_FALSE(judged.verdicts[1].error);
    CHECK_FALSE(judged.verdicts[2].error);
}

TEST_CASE("pixel: each source has its own greatest age") {
    ingest::options chosen;
    chosen.pixels = {{.id = "WEB"}, {.id = "SHOP", .source = event::source::offline}};
    trial subject(chosen);
    const auto ten_days_ago = core::to_seconds(fake_clock::start) - std::chrono::hours(240);
    const auto time = std::to_string(ten_days_ago.time_since_epoch().count());
    const auto judged =
        subject.judge(R"([{"event":"a","pixel":"WEB","event_time":)" + time +
                      R"(},{"event":"a","pixel":"SHOP","event_time":)" + time + "}]");
    CHECK(judged.verdicts[0].outcome == outcome::rejected);
    CHECK(judged.verdicts[1].outcome == outcome::dropped);
}
