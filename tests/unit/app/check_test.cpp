#include "captured.hpp"
#include "commands.hpp"

#include <gatepost/app/cli.hpp>

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <support/temporary_directory.hpp>

using namespace gatepost;

TEST_CASE("check: a configuration that is fine but for some advice passes, and the advice is "
          "given with its place") {
    const test::temporary_directory directory;
    const auto file = directory.file("gatepost.yaml");
    const auto token = directory.file("token");
    std::ofstream(token) << "short\n";
    std::ofstream(file) << "pixels: [{id: P, mode: observe}]\nauth:\n  token_file: " << token
                        << "\n";
    namespace fs = std::filesystem;
    fs::permissions(token, fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
    const auto checked = test::captured([&] { return app::check(file); });
    CHECK(checked.code == app::done);
    CHECK(checked.out == file + ": ok\n");
    CHECK(checked.err == "warning: " + file +
                             ":3:15: auth.token_file: group or others may use this file; chmod 600 "
                             "it\nwarning: " +
                             file +
                             ":3:15: auth.token_file: a token of less than 16 characters may be "
                             "guessed; openssl rand -hex 32 makes a good one\n");
}
