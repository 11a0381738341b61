#include "loading.hpp"

#include <gatepost/config/reload.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <support/temporary_directory.hpp>

using namespace gatepost;
using config::secrets;
using test::problems_of;

namespace {

constexpr auto variable = "GATEPOST_UNIT_TEST_TOKEN";

std::string pixel_with(const std::string& members) {
    return "pixels:\n  - {id: P, " + members + "}\n";
}

const std::string by_variable = pixel_with(std::string("access_token_env: ") + variable);

config::config load(const std::string& yaml) {
    return config::load_text(yaml, secrets::read).value();
}

} // namespace

TEST_CASE("tokens: one comes from the environment") {
    setenv(variable, "s3cret", 1);
    CHECK(load(by_variable).access_tokens.at("P").reveal() == "s3cret");
    unsetenv(variable);
}

TEST_CASE("tokens: one comes from a file, without the line's end") {
    const test::temporary_directory directory;
    std::ofstream(directory.file("token")) << "s3cret\n";
    const auto yaml = pixel_with("access_token_file: " + directory.file("token"));
    CHECK(load(yaml).access_tokens.at("P").reveal() == "s3cret");
}

TEST_CASE("tokens: each pixel has its own") {
    const test::temporary_directory directory;
    std::ofstream(directory.file("p")) << "one";
    std::ofstream(directory.file("q")) << "two";
    const auto read = load("pixels: [{id: P, access_token_file: " + directory.file("p") +
                           "}, {id: Q, access_token_file: " + directory.file("q") + "}]");
    CHECK(read.access_tokens.at("P").reveal() == "one");
    CHECK(read.access_tokens.at("Q").reveal() == "two");
}

TEST_CASE("tokens: one that is missing or empty is a problem at its place") {
    const test::temporary_directory directory;
    const auto missing = directory.file("missing");
    const auto empty = directory.file("empty");
    std::ofstream(empty) << " \n";
    const auto [members, key] = GENERATE_COPY(table<std::string, std::string>({
        {"access_token_env: GATEPOST_UNIT_TEST_UNSET", "pixels[0].access_token_env"},
        {"access_token_file: " + missing, "pixels[0].access_token_file"},
        {"access_token_file: " + empty, "pixels[0].access_token_file"},
    }));
    CAPTURE(members);
    const auto found = problems_of(pixel_with(members), secrets::read);
    REQUIRE(found.size() == 1);
    CHECK(found[0].key == key);
    CHECK(found[0].line == 2);
    CHECK(found[0].column > 1);
    // `gatepost check` elsewhere than in production does not look for them.
    CHECK(problems_of(pixel_with(members), secrets::ignore).empty());
}

TEST_CASE("tokens: a pixel names exactly one place") {
    CHECK(problems_of("pixels: [{id: P}]").size() == 1);
    CHECK(problems_of(pixel_with("access_token_env: A, access_token_file: /b")).size() == 1);
}

TEST_CASE("tokens: no message ever holds one") {
    const test::temporary_directory directory;
    const auto broken = directory.file("broken");
    std::ofstream(broken) << "s3cret\r\nX-Evil: s3cret";
    setenv(variable, "s3cret token", 1);
    const auto yaml =
        GENERATE_COPY(as<std::string>(), by_variable, pixel_with("access_token_file: " + broken),
                      pixel_with("access_token: s3cret"), pixel_with("access_token_env: [s3cret]"),
                      "pixels:\n  - id: P\n    access_token: s3cret: x\n", "pixels: s3cret");
    CAPTURE(yaml);
    const auto found = problems_of(yaml, secrets::read);
    CHECK_FALSE(found.empty());
    for (const auto& each : found) {
        CHECK(config::format(each, "f").find("s3cret") == std::string::npos);
    }
    unsetenv(variable);
}

TEST_CASE("tokens: those of files are read anew, the others stay") {
    const test::temporary_directory directory;
    const auto file = directory.file("token");
    std::ofstream(file) << "old";
    setenv(variable, "variable", 1);
    const auto running =
        load("pixels: [{id: P, access_token_file: " + file +
             "}, {id: Q, access_token_env: " + variable + "}, {id: R, mode: observe}]");
    CHECK(running.access_token_files == std::map<std::string, std::string>{{"P", file}});
    std::ofstream(file) << "new\n";
    setenv(variable, "another", 1);
    const auto fresh = config::reread_secrets(running);
    unsetenv(variable);
    CHECK(fresh.found.empty());
    CHECK(fresh.access_tokens.size() == 3);
    CHECK(fresh.access_tokens.at("P").reveal() == "new");
    CHECK(fresh.access_tokens.at("Q").reveal() == "variable");
    CHECK(fresh.access_tokens.at("R").reveal().empty());
}

// A secret mounted by Kubernetes: token -> ..data/token, and ..data -> a directory that is swapped.
TEST_CASE("tokens: a link that is swapped is followed") {
    namespace fs = std::filesystem;
    const test::temporary_directory directory;
    const fs::path mount = directory.file("secret");
    for (const auto* version : {"1", "2"}) {
        fs::create_directories(mount / version);
        std::ofstream(mount / version / "token") << "token" << version;
    }
    fs::create_symlink("1", mount / "..data");
    fs::create_symlink("..data/token", mount / "token");
    const auto running = load(pixel_with("access_token_file: " + (mount / "token").string()));
    CHECK(running.access_tokens.at("P").reveal() == "token1");
    fs::create_symlink("2", mount / "..data_tmp");
    fs::rename(mount / "..data_tmp", mount / "..data");
    CHECK(config::reread_secrets(running).access_tokens.at("P").reveal() == "token2");
}

TEST_CASE("tokens: files that are wrong when read anew are named and change nothing, others do") {
    const test::temporary_directory directory;
    std::string yaml = "pixels:\n";
    for (const auto* pixel : {"A", "B", "C", "D"}) {
        std::ofstream(directory.file(pixel)) << "fine";
        yaml += std::string("  - {id: ") + pixel + ", access_token_file: " + directory.file(pixel) +
                "}\n";
    }
    const auto running = load(yaml);
    std::filesystem::remove(directory.file("A"));
    std::ofstream(directory.file("B")) << " \n";
    std::ofstream(directory.file("C")) << "s3cret\r\nX-Evil: s3cret";
    std::ofstream(directory.file("D")) << "finer";
    const auto fresh = config::reread_secrets(running);
    for (const auto* kept : {"A", "B", "C"}) {
        CHECK(fresh.access_tokens.at(kept).reveal() == "fine");
    }
    CHECK(fresh.access_tokens.at("D").reveal() == "finer");
    CHECK(config::format(fresh.found, "f") ==
          "f: pixels[A].access_token_file: the file cannot be read\n"
          "f: pixels[B].access_token_file: the file is empty\n"
          "f: pixels[C].access_token_file: the token holds characters that no token has\n");
}

TEST_CASE("pixels: an id is needed, once, and a controller has a name") {
    const auto twice = problems_of(
        "pixels:\n  - {id: P, access_token_env: T}\n  - {id: P, access_token_env: T}\n");
    REQUIRE(twice.size() == 1);
    CHECK(twice[0].line == 3);
    CHECK(twice[0].key == "pixels[1].id");
    CHECK(problems_of("pixels: [{access_token_env: T}]").at(0).key == "pixels[0].id");
    CHECK(problems_of(pixel_with("access_token_env: T, controller: \"\"")).at(0).key ==
          "pixels[0].controller");
}
