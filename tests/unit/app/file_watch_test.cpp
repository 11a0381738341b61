#include "file_watch.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <support/temporary_directory.hpp>

using namespace gatepost;

namespace {

void write(const std::string& file, const std::string& text) {
    std::ofstream(file) << text;
}

// Told at the second look, when the file has stood still.
bool tells(app::file_watch& watch) {
    CHECK_FALSE(watch.changed());
    return watch.changed();
}

} // namespace

TEST_CASE("file watch: a change is told once, and what was never looked at is one") {
    const test::temporary_directory directory;
    const auto file = directory.file("token");
    write(file, "one");
    app::file_watch watch;
    watch.watch({file});
    CHECK(tells(watch));
    CHECK_FALSE(tells(watch));
    write(file, "longer");
    CHECK(tells(watch));
    CHECK_FALSE(tells(watch));
}

TEST_CASE("file watch: a file of the same size and age that takes another's place has changed") {
    const test::temporary_directory directory;
    const auto file = directory.file("token");
    write(file, "one");
    app::file_watch watch;
    watch.watch({file});
    REQUIRE(tells(watch));
    write(directory.file("new"), "two");
    std::filesystem::last_write_time(directory.file("new"), std::filesystem::last_write_time(file));
    std::filesystem::rename(directory.file("new"), file);
    CHECK(tells(watch));
}

TEST_CASE("file watch: a link on the way that is swapped is a change, as Kubernetes makes it") {
    const test::temporary_directory directory;
    namespace fs = std::filesystem;
    for (const auto* version : {"..v1", "..v2"}) {
        fs::create_directory(directory.path() / version);
        write((directory.path() / version / "token").string(), version);
    }
    fs::create_symlink("..v1", directory.path() / "..data");
    fs::create_symlink("..data/token", directory.path() / "token");
    const auto file = directory.file("token");
    app::file_watch watch;
    watch.watch({file});
    REQUIRE(tells(watch));
    fs::create_symlink("..v2", directory.path() / "..swap");
    fs::rename(directory.path() / "..swap", directory.path() / "..data");
    CHECK(tells(watch));
    CHECK_FALSE(tells(watch));
}

TEST_CASE("file watch: a file that is gone is a change only when it is back") {
    const test::temporary_directory directory;
    const auto file = directory.file("token");
    app::file_watch watch;
    watch.watch({file});
    CHECK_FALSE(tells(watch));
    write(file, "late");
    CHECK(tells(watch));
    std::filesystem::remove(file);
    CHECK_FALSE(tells(watch));
    write(file, "again");
    CHECK(tells(watch));
}

TEST_CASE("file watch: what is watched on is not told again beside a new file") {
    const test::temporary_directory directory;
    const auto file = directory.file("token");
    write(file, "one");
    app::file_watch watch;
    watch.watch({file});
    REQUIRE(tells(watch));
    watch.watch({file, directory.file("none")});
    CHECK_FALSE(tells(watch));
    watch.watch({});
    write(file, "unwatched");
    CHECK_FALSE(tells(watch));
}

TEST_CASE("file watch: a file that is still being written has not changed yet") {
    const test::temporary_directory directory;
    const auto file = directory.file("token");
    write(file, "one");
    app::file_watch watch;
    watch.watch({file});
    REQUIRE(tells(watch));
    write(file, "half");
    CHECK_FALSE(watch.changed());
    write(file, "half and the rest");
    CHECK(tells(watch));
}
