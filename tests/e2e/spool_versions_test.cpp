// A spool of another version of the program: the files that it really wrote, or one from the
// future.

#include "rows.hpp"

#include <filesystem>
#include <fstream>
#include <support/sql_dump.hpp>
#include <vector>

using namespace gatepost;
using namespace gatepost::test;
namespace fs = std::filesystem;

namespace {

constexpr auto other_pixel = "C0OTHER00PIXEL00CODE";

std::string both_pixels() {
    return std::string("pixels: [{id: ") + pixel_code +
           ", access_token_env: TEST_ACCESS_TOKEN}, {id: " + other_pixel +
           ", access_token_env: TEST_ACCESS_TOKEN}]\n";
}

// They were written on a day that is long past.
constexpr auto keeps = "retention: 3650d, dead_letter_retention: 3650d";

} // namespace

TEST_CASE("spool versions: what an older program left waiting is delivered as it was") {
    struct row {
        const char* file;
        bool has_test_code;
    };
    for (const auto& row : {row{"version-1.sql", false}, row{"version-2.sql", true}}) {
        CAPTURE(row.file);
        const temporary_directory where;
        const auto spool = where.path() / "spool";
        fs::create_directory(spool);
        fs::permissions(spool, fs::perms(0700));
        load_sql(fs::path(GATEPOST_SOURCE_DIR) / "tests/data/spool" / row.file, spool / "spool.db");
        stage at({.more = both_pixels(), .spool = keeps, .tls = false, .spool_path = spool});
        REQUIRE(at.settles());
        std::map<std::string, int> expected;
        for (const std::string pixel : {pixel_code, other_pixel}) {
            for (const auto* number : {"-1", "-2", "-3"}) {
                expected[pixel + number] = 1;
            }
        }
        if (row.has_test_code) {
            expected["with-test-code"] = 1;
        }
        CHECK(at.times_arrived() == expected);
        at.upstream().events().root().find("events").each_element([](core::json::value each) {
            const auto event = each.find("event");
            const auto id = event.find("event_id").text();
            CHECK(each.find("test_event_code").text() ==
                  (id == "with-test-code" ? "TEST4711" : ""));
            CHECK(event.find("user").find("email").at(0).text() ==
                  "ff8d9819fc0e12bf0d24892e45987e249a28dce836a85cad60e28eaaa8c6d976");
        });
        // The dead letter is there, and can be sent again.
        const auto list = http_get(at.gatepost().admin(), "/v1/dead-letters").body;
        CHECK(list.find(R"("event_id":"dead-1")") != std::string::npos);
        const auto replay = http_connection(at.gatepost().admin())
                                .post("/v1/dead-letters/replay", R"({"reason":"invalid"})");
        CHECK(replay.body == R"({"replayed":1,"refused":[]})");
        REQUIRE(at.settles());
        CHECK(at.has_arrived("dead-1"));
        CHECK(at.event(event_of(pixel_code, "new")).outcome == "queued");
        REQUIRE(at.settles());
        CHECK(at.stop() == 0);
    }
}

TEST_CASE("spool versions: a newer one is refused in clear words, and left as it is") {
    stage at({.tls = false, .retries = false});
    at.hold_back();
    REQUIRE(at.stop() == 0);
    const auto file = at.gatepost().spool() / "spool.db";
    // The user version stands at 60 in the header, big-endian (SQLite's file format, 1.3).
    auto newer = read_file(file);
    newer[62] = 1;
    std::ofstream(file, std::ios::binary) << newer;
    at.gatepost().launch();
    CHECK(at.gatepost().process().wait() == 1);
    CHECK(read_file(at.gatepost().log_file()).find("newer version") != std::string::npos);
    CHECK(read_file(file) == newer);
    CHECK(at.arrivals().empty());
}
