// Which token the commands show to the daemon, and what they say when it is not taken.

#include "captured.hpp"
#include "commands.hpp"
#include "guarded_daemon.hpp"

#include <gatepost/app/cli.hpp>

#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>
#include <support/temporary_directory.hpp>

using namespace gatepost;
using Catch::Contains;
using test::captured;

namespace {

const std::string token = "operators-token-0123456789";
const std::string status = R"({"version":"1","commit":"c","status":"ready","uptime_seconds":1,
    "spool":{},"registry_keys":0,"pixels":[]})";
const std::string queued = R"({"results":[{"outcome":"queued"}],"warnings":[]})";

// Files beside a daemon that asks for a token.
struct scene {
    explicit scene(const std::string& answer) : daemon(token, answer) {
        write("right", token + "\n");
        write("wrong", "another-token-0123456789\n");
        write("rows.ndjson", R"({"event":"Purchase"})"
                             "\n");
    }
    std::string write(const std::string& name, const std::string& text) const {
        std::ofstream(directory.file(name)) << text;
        return directory.file(name);
    }
    std::string config(const std::string& sections) const {
        return write("gatepost.yaml",
                     "pixels: [{id: P, access_token_file: /not/for/this/user}]\n" + sections);
    }
    std::string admin_config(const std::string& token_key) const {
        return config("admin: {http: '" + daemon.authority() + "', " + token_key + "}\n");
    }
    std::string auth_config(const std::string& token_key) const {
        return config("listen: {http: '" + daemon.authority() + "'}\nauth: {" + token_key + "}\n");
    }
    test::ran upload(app::upload_arguments given) const {
        given.file = directory.file("rows.ndjson");
        given.dry_run = true;
        return captured([&] { return app::upload(given); });
    }

    test::temporary_directory directory;
    test::guarded_daemon daemon;
};

test::ran show_status(const app::operator_arguments& where) {
    return captured([&] { return app::show_status(where); });
}

} // namespace

TEST_CASE("client token: of the file beside the daemon's URL") {
    const scene around(status);
    const auto shown =
        show_status({.admin = around.daemon.url(), .token_file = around.directory.file("right")});
    CHECK(shown.code == app::done);
    CHECK_THAT(shown.out, Contains("ready"));
    CHECK(shown.err.empty());
}

TEST_CASE("client token: of the configuration, which needs nothing else that is secret") {
    const scene around(status);
    const auto by_file = around.admin_config("token_file: " + around.directory.file("right"));
    CHECK(show_status({.config_file = by_file}).code == app::done);
    setenv("GATEPOST_UNIT_TEST_ADMIN", token.c_str(), 1);
    const auto by_variable = around.admin_config("token_env: GATEPOST_UNIT_TEST_ADMIN");
    CHECK(show_status({.config_file = by_variable}).code == app::done);
}

TEST_CASE("client token: a token file goes before the configuration's") {
    const scene around(status);
    const auto config = around.admin_config("token_file: " + around.directory.file("wrong"));
    CHECK(show_status({.config_file = config}).code == app::failed);
    CHECK(show_status({.config_file = config, .token_file = around.directory.file("right")}).code ==
          app::done);
}

TEST_CASE("client token: every command of operators shows it") {
    const scene around(R"({"dead_letters":[],"replayed":0,"refused":[],"deleted":0})");
    app::dead_letter_arguments given{
        .where = {.admin = around.daemon.url(), .token_file = around.directory.file("right")},
        .reason = "expired"};
    for (auto* const command :
         {&app::list_dead_letters, &app::replay_dead_letters, &app::delete_dead_letters}) {
        CHECK(captured([&] { return command(given); }).code == app::done);
    }
}

TEST_CASE("client token: without one, or with another, it is said what to give") {
    const scene around(status);
    const auto none = show_status({.admin = around.daemon.url()});
    CHECK(none.code == app::failed);
    CHECK(none.err == "gatepost: " + around.daemon.authority() +
                          " answers HTTP 401: unauthorized: a token is needed; give --token-file, "
                          "or --config with a file whose admin.token_file can be read\n");
    const auto wrong =
        show_status({.admin = around.daemon.url(), .token_file = around.directory.file("wrong")});
    CHECK(wrong.code == app::failed);
    CHECK_THAT(wrong.err, Contains("it is not one of those in the daemon's admin.token_file") &&
                              !Contains("another-token"));
}

TEST_CASE("client token: one that cannot be read is named, and nobody is asked") {
    const scene around(status);
    const auto missing = around.directory.file("missing");
    CHECK(show_status({.admin = around.daemon.url(), .token_file = missing}).err ==
          "gatepost: --token-file: the file cannot be read\n");
    CHECK(show_status({.config_file = around.admin_config("token_file: " + missing)}).err ==
          "gatepost: admin.token_file: the file cannot be read\n");
    const auto unset =
        show_status({.config_file = around.admin_config("token_env: GATEPOST_UNIT_TEST_UNSET")});
    CHECK(unset.code == app::failed);
    CHECK(unset.err == "gatepost: admin.token_env: this environment variable is not set\n");
}

TEST_CASE("client token: an upload shows that of applications") {
    const scene around(queued);
    CHECK(around.upload({.to = around.daemon.url(), .token_file = around.directory.file("right")})
              .code == app::done);
    const auto config = around.auth_config("token_file: " + around.directory.file("right"));
    const auto sent = around.upload({.config_file = config});
    CHECK(sent.code == app::done);
    CHECK_THAT(sent.out, Contains("1 queued"));
}

TEST_CASE("client token: an upload that is not let in says what to give") {
    const scene around(queued);
    const auto refused = around.upload({.to = around.daemon.url()});
    CHECK(refused.code == app::failed);
    CHECK_THAT(refused.err,
               Contains("refused: HTTP 401: unauthorized: a token is needed; give --token-file, or "
                        "--config with a file whose auth.token_file can be read\n"));
}

TEST_CASE("client token: the command line takes the name of a file and never a token") {
    const scene around(status);
    const auto file = around.directory.file("right");
    std::vector<std::string> words{"gatepost",          "status",       "--admin",
                                   around.daemon.url(), "--token-file", file};
    const auto run = [&] {
        std::vector<char*> arguments;
        for (auto& word : words) {
            arguments.push_back(word.data());
        }
        return captured(
            [&] { return app::run(static_cast<int>(arguments.size()), arguments.data()); });
    };
    CHECK(run().code == app::done);
    words[4] = "--token";
    words[5] = token;
    CHECK(run().code == app::wrong_usage);
}
