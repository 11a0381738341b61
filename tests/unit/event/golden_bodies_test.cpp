// What Gatepost sends to TikTok is what its TikTok routes read: one Gatepost can stand behind
// another. The bodies are the golden files, written by hand from TikTok's documentation.
#include "shown.hpp"

#include <gatepost/event/tiktok_dialect.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace gatepost;

namespace {

std::vector<std::filesystem::path> bodies() {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(
             std::filesystem::path(GATEPOST_SOURCE_DIR) / "tests" / "data" / "tiktok")) {
        if (entry.path().string().ends_with(".body.json")) {
            found.push_back(entry.path());
        }
    }
    std::ranges::sort(found);
    return found;
}

std::string content(const std::filesystem::path& file) {
    std::ifstream in(file);
    REQUIRE(in);
    std::ostringstream text;
    text << in.rdbuf();
    return std::move(text).str();
}

core::input_result<event::batch> decode(const std::string& body, const core::json::value root) {
    return root.find("data")    ? event::decode_event_track(body)
           : root.find("batch") ? event::decode_pixel_batch(body)
                                : event::decode_pixel_track(body);
}

// Every string, number and flag in it, as JSON, but for times that stand as text.
void leaves(core::json::value from, std::vector<std::string>& into) {
    from.each_member([&](std::string_view name, core::json::value member) {
        if (name != "timestamp") {
            leaves(member, into);
        }
    });
    from.each_element([&](core::json::value element) { leaves(element, into); });
    if (!from.is_object() && !from.is_array()) {
        core::json::writer out;
        into.push_back(out.copy(from).take());
    }
}

} // namespace

TEST_CASE("golden bodies: a body that Gatepost writes is read without a warning or a loss") {
    const auto files = bodies();
    CHECK(files.size() >= 10); // four sources and two generations, full and minimal
    for (const auto& file : files) {
        CAPTURE(file.filename().string());
        const auto body = content(file);
        const auto parsed = core::json::parse(body);
        REQUIRE(parsed.has_value());
        const auto read = decode(body, parsed->root());
        REQUIRE(read.has_value());
        CHECK(read->warnings.empty());
        REQUIRE(read->events.size() == 1);
        REQUIRE(read->events[0].has_value());
        const auto& event = *read->events[0];
        CHECK(event.source);
        // 2025-11-22T12:00:00Z, the time of every event of these files
        REQUIRE(event.time);
        CHECK(event.time->time_since_epoch().count() == 1763812800);
        std::vector<std::string> said;
        leaves(parsed->root(), said);
        const auto shown = test::shown(event);
        for (const auto& leaf : said) {
            CAPTURE(leaf, shown);
            CHECK(shown.find(leaf) != std::string::npos);
        }
    }
}
