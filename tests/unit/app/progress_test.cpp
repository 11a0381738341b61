#include "upload/progress.hpp"
#include "upload/rejected_file.hpp"

#include <gatepost/core/json.hpp>

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <support/temporary_directory.hpp>
#include <vector>

using namespace gatepost;
using namespace gatepost::app;

namespace {

namespace fs = std::filesystem;

upload_progress some_progress() {
    return {.of = {.content = "c0ffee",
                   .format = row_format::ndjson,
                   .otherwise = {.event = "Lead", .pixel = "C1"}},
            .at = {.offset = 5'000'000'000, .line = 70'000'001},
            .so_far = {.queued = 1,
                       .duplicate = 2,
                       .observed = 3,
                       .rejected = 4,
                       .dropped = {{"opt-in-default", 5}},
                       .warnings = {{"/user/phone: \"no\" country", 6}}},
            .rejected_bytes = 7,
            .finished = false};
}

std::string content_of(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return std::move(text).str();
}

void check_same(const upload_progress& found, const upload_progress& expected) {
    CHECK(difference(found.of, expected.of).empty());
    CHECK(found.at == expected.at);
    CHECK(found.so_far.queued == expected.so_far.queued);
    CHECK(found.so_far.duplicate == expected.so_far.duplicate);
    CHECK(found.so_far.observed == expected.so_far.observed);
    CHECK(found.so_far.rejected == expected.so_far.rejected);
    CHECK(found.so_far.dropped == expected.so_far.dropped);
    CHECK(found.so_far.warnings == expected.so_far.warnings);
    CHECK(found.rejected_bytes == expected.rejected_bytes);
    CHECK(found.finished == expected.finished);
}

rejected_row row_at(std::uint64_t line) {
    return {line, core::input_error("invalid_event", "must be a number", "/properties/value")};
}

} // namespace

TEST_CASE("progress: what was saved is read again, and nobody else may read it") {
    const test::temporary_directory directory;
    const auto file = directory.file("orders.csv.gatepost-progress");
    const auto none = load_progress(file);
    REQUIRE(none.has_value());
    CHECK_FALSE(none->has_value());

    auto now = some_progress();
    REQUIRE_FALSE(save_progress(file, now));
    check_same(load_progress(file).value().value(), now);
    now.at = {.offset = 5'000'000'100, .line = 70'000'009};
    now.finished = true;
    REQUIRE_FALSE(save_progress(file, now));
    check_same(load_progress(file).value().value(), now);
    CHECK(fs::status(file).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
    CHECK(std::distance(fs::directory_iterator(directory.path()), fs::directory_iterator()) == 1);
}

TEST_CASE("progress: killed while the next one is written, the last one stands") {
    const test::temporary_directory directory;
    const auto file = directory.file("progress");
    const auto now = some_progress();
    REQUIRE_FALSE(save_progress(file, now));
    std::ofstream(file + ".new") << R"({"version":1,"content":"c0f)";
    check_same(load_progress(file).value().value(), now);
    auto later = now;
    later.at.line += 1;
    REQUIRE_FALSE(save_progress(file, later));
    check_same(load_progress(file).value().value(), later);
}

TEST_CASE("progress: a file cut off anywhere, or of something else, is refused") {
    const test::temporary_directory directory;
    const auto file = directory.file("progress");
    REQUIRE_FALSE(save_progress(file, some_progress()));
    const auto whole = content_of(file);
    for (std::size_t length = 0; length + 1 < whole.size(); ++length) {
        std::ofstream(file, std::ios::binary | std::ios::trunc) << whole.substr(0, length);
        CHECK(load_progress(file).has_error());
    }
    for (const auto* const other : {"{}", "event,email\n", R"({"version":2})"}) {
        std::ofstream(file, std::ios::trunc) << other;
        const auto found = load_progress(file);
        REQUIRE(found.has_error());
        CHECK(found.error() == boost::system::errc::not_supported);
    }
}

TEST_CASE("progress: another upload is told apart by what is different") {
    const auto of = some_progress().of;
    auto other = of;
    CHECK(difference(of, other).empty());
    other.content = "decaf";
    CHECK(difference(of, other) == "the file has changed since");
    other = of;
    other.otherwise.pixel = "C2";
    CHECK(difference(of, other) == "--pixel is another one");
    other = of;
    other.otherwise.event = "";
    CHECK(difference(of, other) == "--event is another one");
    other = of;
    other.format = row_format::csv;
    CHECK(difference(of, other) == "the format is another one (--format)");
}

TEST_CASE("rejected rows: lines for machines, without what stood in the rows") {
    const test::temporary_directory directory;
    rejected_file file(directory.file("rejected"));
    REQUIRE_FALSE(file.append({}));
    CHECK_FALSE(fs::exists(file.path()));
    const std::vector rows{row_at(3), {9, core::input_error("bad_row", "a NUL byte", "")}};
    REQUIRE_FALSE(file.append(rows));
    CHECK(
        content_of(file.path()) ==
        R"({"line":3,"code":"invalid_event","message":"must be a number","path":"/properties/value"})"
        "\n"
        R"({"line":9,"code":"bad_row","message":"a NUL byte"})"
        "\n");
    CHECK(file.bytes() == content_of(file.path()).size());
    CHECK(fs::status(file.path()).permissions() ==
          (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("rejected rows: what was written for a chunk whose progress was lost is taken away") {
    const test::temporary_directory directory;
    const auto path = directory.file("rejected");
    rejected_file first(path);
    REQUIRE_FALSE(first.append(std::vector{row_at(1)}));
    const auto kept = first.bytes();
    REQUIRE_FALSE(first.append(std::vector{row_at(2)}));

    rejected_file again(path);
    REQUIRE_FALSE(again.go_on(kept));
    REQUIRE_FALSE(again.append(std::vector{row_at(2)}));
    CHECK(content_of(path).size() == 2 * kept);
    REQUIRE_FALSE(again.go_on(0));
    CHECK_FALSE(fs::exists(path));
    REQUIRE_FALSE(again.go_on(kept));
    CHECK(again.bytes() == 0);
}

TEST_CASE("rejected rows: a link in the file's place is not followed") {
    const test::temporary_directory directory;
    const auto victim = directory.file("victim");
    std::ofstream(victim) << "0123456789";
    std::filesystem::create_symlink(victim, directory.file("rows"));
    rejected_file rows(directory.file("rows"));
    CHECK(rows.go_on(3) == boost::system::errc::too_many_symbolic_link_levels);
    CHECK(std::filesystem::file_size(victim) == 10);
}
