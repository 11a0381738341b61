// What an application posts and the exact body that TikTok gets for it: pairs of files in
// tests/data/tiktok, <source>.<api>.<case>.event.json and .body.json, written by hand from the
// documentation; hashes by sha256sum.
#include "encoding.hpp"

#include <gatepost/tiktok/protocol.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace gatepost;

namespace {

const std::filesystem::path folder =
    std::filesystem::path(GATEPOST_SOURCE_DIR) / "tests" / "data" / "tiktok";

// "web.event.full", ...
std::vector<std::string> cases() {
    const std::string_view ending = ".event.json";
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        auto name = entry.path().filename().string();
        if (name.ends_with(ending)) {
            found.push_back(name.substr(0, name.size() - ending.size()));
        }
    }
    std::ranges::sort(found);
    return found;
}

std::string file(const std::string& name) {
    std::ifstream in(folder / name);
    REQUIRE(in);
    std::ostringstream text;
    text << in.rdbuf();
    return std::move(text).str();
}

// "" when they are the same.
std::string first_difference(std::string_view expected, std::string_view got) {
    if (expected == got) {
        return "";
    }
    const auto at =
        static_cast<std::size_t>(std::ranges::mismatch(expected, got).in1 - expected.begin());
    const auto from = at < 40 ? 0 : at - 40;
    return "byte " + std::to_string(at) + "\nexpected: " + std::string(expected.substr(from, 120)) +
           "\ngot:      " + std::string(got.substr(std::min(from, got.size()), 120));
}

} // namespace

TEST_CASE("golden: every source and both generations have a full and a minimal event") {
    for (const auto* set : {"web.event", "app.event", "offline.event", "crm.event", "web.pixel"}) {
        for (const auto* size : {".full", ".minimal"}) {
            const auto name = std::string(set) + size;
            CAPTURE(name);
            CHECK(std::ranges::count(cases(), name) == 1);
        }
    }
}

TEST_CASE("golden: events become bodies, byte for byte") {
    const auto name = GENERATE(from_range(cases()));
    CAPTURE(name);
    std::istringstream parts(name);
    std::string source;
    std::string generation;
    REQUIRE(std::getline(parts, source, '.'));
    REQUIRE(std::getline(parts, generation, '.'));

    const auto made = test::encode(file(name + ".event.json"));
    const std::string_view payload = made.record.payload;
    const tiktok::event_set to{
        .source = event::source_named(source).value(),
        .id = made.record.pixel,
        .test_event_code = std::string(tiktok::read_variant(made.record.variant).test_event_code),
        .api = generation == "pixel" ? tiktok::api::pixel : tiktok::api::event};
    CHECK(first_difference(file(name + ".body.json"),
                           tiktok::batch_body(to, {&payload, 1}) + "\n") == "");
    CHECK(made.warnings == std::vector<std::string>{});
}
