// What TikTok would reject does not get there: of events full of mistakes the door refuses some,
// and the sandbox, which is stricter than TikTok, takes every other one.

#include "json_line.hpp"
#include "rows.hpp"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <ctime>
#include <random>
#include <support/dead_letters.hpp>
#include <vector>

using namespace gatepost;
using namespace gatepost::test;

namespace {

using node = rapidjson::Value;

// What stands where something else should.
const std::vector<std::string> mistakes{"null",
                                        "true",
                                        "false",
                                        "0",
                                        "-1",
                                        "1.5",
                                        "1e300",
                                        "12345678901234567890",
                                        "9007199254740993",
                                        R"("")",
                                        R"(" ")",
                                        R"("x")",
                                        R"("1")",
                                        R"("1.5")",
                                        R"("-3")",
                                        R"("1e5")",
                                        R"("NaN")",
                                        R"("é")",
                                        R"("\u0000")",
                                        R"("\u2028")",
                                        R"("null")",
                                        R"("usd")",
                                        R"("product")",
                                        R"("2026-01-01")",
                                        R"("a@b.example")",
                                        R"("https://a.example/?email=a@b.example")",
                                        R"("+4915112345678")",
                                        "\"" + std::string(300, 'x') + "\"",
                                        "\"" + std::string(5000, 'x') + "\"",
                                        "[]",
                                        "{}",
                                        "[1]",
                                        R"(["a"])",
                                        "[null]",
                                        "[[]]",
                                        "[{}]",
                                        R"(["a",1,null,true])",
                                        R"({"a":1})",
                                        R"({"value":1,"unit":"MI"})"};

struct kind {
    const char* source;
    const char* pixel;
};
const std::vector<kind> kinds{{"web", pixel_code},
                              {"app", "7654321098765432101"},
                              {"offline", "7654321098765432102"},
                              {"crm", "7654321098765432109"}};

class careless {
  public:
    explicit careless(unsigned seed) : random_(seed) {}

    // A golden event that happens now and may be sent, with one to four mistakes.
    std::string event(const kind& of, std::size_t number) {
        rapidjson::Document event;
        const auto text =
            read_file(std::filesystem::path(GATEPOST_SOURCE_DIR) / "tests/data/tiktok" /
                      (std::string(of.source) + ".event.full.event.json"));
        event.Parse(text.c_str());
        for (auto left = 1 + below(4); left > 0; --left) {
            spoil(event);
        }
        set(event, "event", R"("Purchase")");
        set(event, "event_source", "null");
        set(event, "event_time", std::to_string(std::time(nullptr)));
        set(event, "event_id", "\"m" + std::to_string(number) + "\"");
        set(event, "pixel", "\"" + std::string(of.pixel) + "\"");
        set(event, "consent", R"({"marketing":"granted"})");
        set(event, "test_event_code", "null");
        set(event, "visitor", "null");
        rapidjson::StringBuffer out;
        rapidjson::Writer<rapidjson::StringBuffer> writer(out);
        event.Accept(writer);
        return out.GetString();
    }
    std::size_t below(std::size_t end) {
        return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
    }

  private:
    void spoil(rapidjson::Document& event) {
        node* at = &event;
        while (at->IsObject() || at->IsArray()) { // goes down until it has had enough
            auto* const next = member_of(*at);
            if (next == nullptr || (at != &event && below(3) == 0)) {
                break;
            }
            at = next;
        }
        if (at != &event) {
            *at = parsed(event, mistakes[below(mistakes.size())]).Move();
        }
    }
    node* member_of(node& of) {
        if (of.IsArray()) {
            return of.Empty() ? nullptr : &of[static_cast<rapidjson::SizeType>(below(of.Size()))];
        }
        return of.ObjectEmpty()
                   ? nullptr
                   : &(of.MemberBegin() + static_cast<std::ptrdiff_t>(below(of.MemberCount())))
                          ->value;
    }
    // In the memory of the event that it will be part of.
    static rapidjson::Document parsed(rapidjson::Document& event, const std::string& json) {
        rapidjson::Document value(&event.GetAllocator());
        value.Parse(json.c_str());
        return value;
    }
    static void set(rapidjson::Document& event, const char* name, const std::string& json) {
        event.RemoveMember(name);
        event.AddMember(node(name, event.GetAllocator()), parsed(event, json).Move(),
                        event.GetAllocator());
    }

    std::mt19937 random_;
};

} // namespace

TEST_CASE("mistakes: whatever is queued of them the sandbox takes, by either generation") {
    constexpr std::size_t lists = 15;
    constexpr std::size_t events = 100;
    const std::string api = GENERATE("event", "pixel");
    std::string pixels;
    for (const auto& of : kinds) {
        pixels += (pixels.empty() ? "{id: " : ", {id: ") + std::string(of.pixel) +
                  ", source: " + of.source +
                  (of.source == std::string("web") ? ", api: " + api : "") +
                  ", access_token_env: TEST_ACCESS_TOKEN}";
    }
    stage at({.more = "pixels: [" + pixels + "]", .relay = at_once, .tls = false});
    careless application(api == "event" ? 20261122 : 20261123);
    std::size_t queued = 0;
    std::size_t rejected = 0;
    for (std::size_t i = 0; i < lists; ++i) {
        std::string list;
        for (std::size_t j = 0; j < events; ++j) {
            const auto& of = kinds[application.below(kinds.size())];
            list += (j == 0 ? "[" : ",") + application.event(of, i * events + j);
        }
        const auto answer = at.post("/v1/events", list + "]");
        for (const auto& each : verdicts(answer)) {
            queued += each.outcome == "queued";
            rejected += each.outcome == "rejected";
        }
    }
    CHECK(queued + rejected == lists * events);
    CHECK(queued > lists * events / 3);
    CHECK(rejected > lists * events / 10);
    REQUIRE(at.settles());
    CHECK(at.times_arrived().size() == queued);
    for (const auto& each : dead_letters(at.gatepost().spool())) {
        UNSCOPED_INFO(each.event_id << ": " << each.message);
    }
    CHECK(at.dead_letters() == 0);
}
