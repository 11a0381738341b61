// The tokens that applications and operators show, and what they open.

#include "environment_variable.hpp"
#include "loading.hpp"
#include "secret_file.hpp"

#include <gatepost/config/single_secrets.hpp>

#include <pwd.h>
#include <support/temporary_directory.hpp>

using namespace gatepost;
using Catch::Matchers::Contains;
using config::secrets;
using test::environment_variable;
using test::write_secret;

namespace {

// One pixel that needs no token of TikTok's.
const std::string observer = "pixels: [{id: P, mode: observe}]\n";

const std::string first = "first-token-0123456789abcdef";
const std::string second = "second-token-0123456789abcdef";

config::config load(const std::string& sections) {
    auto result = config::load_text(observer + sections, secrets::read);
    if (result.has_error()) {
        FAIL(config::format(result.error(), "config"));
    }
    return std::move(*result);
}

config::problems problems_of(const std::string& sections) {
    return test::problems_of(observer + sections, secrets::read);
}

struct section_row {
    std::string name;
    const net::access_tokens& (*tokens)(const config::config&);
};
const net::access_tokens& of_auth(const config::config& read) {
    return read.ingest.door.tokens;
}
const net::access_tokens& of_admin(const config::config& read) {
    return read.admin_tokens;
}

section_row each_section() {
    return GENERATE(values<section_row>({{"auth", &of_auth}, {"admin", &of_admin}}));
}

} // namespace

TEST_CASE("listener tokens: a file holds one a line, and any of them serves") {
    const test::temporary_directory directory;
    const auto file = directory.file("tokens");
    const auto content = GENERATE(as<std::string>(), first + "\n" + second + "\n",
                                  "\n  " + first + " \r\n\r\n\t" + second, second + "\n" + first);
    write_secret(file, content);
    const auto section = each_section();
    const auto read = load(section.name + ": {token_file: " + file + "}");
    const auto& tokens = section.tokens(read);
    CHECK(tokens.accepts(first));
    CHECK(tokens.accepts(second));
    CHECK_FALSE(tokens.accepts(first + "\n" + second));
    CHECK_FALSE(tokens.accepts(""));
    CHECK_FALSE(tokens.accepts(first.substr(1)));
}

TEST_CASE("listener tokens: those of applications and of operators are apart") {
    const test::temporary_directory directory;
    write_secret(directory.file("auth"), first);
    write_secret(directory.file("admin"), second);
    const auto read = load("auth: {token_file: " + directory.file("auth") +
                           "}\nadmin: {token_file: " + directory.file("admin") + "}");
    CHECK(of_auth(read).accepts(first));
    CHECK_FALSE(of_auth(read).accepts(second));
    CHECK(of_admin(read).accepts(second));
    CHECK_FALSE(of_admin(read).accepts(first));
    CHECK(read.auth_token_file == directory.file("auth"));
    CHECK(read.admin_token_file == directory.file("admin"));
}

TEST_CASE("listener tokens: one comes from the environment") {
    const environment_variable variable("GATEPOST_UNIT_TEST_LISTENER", first + "\n");
    const auto section = each_section();
    const auto read = load(section.name + ": {token_env: GATEPOST_UNIT_TEST_LISTENER}");
    CHECK(section.tokens(read).accepts(first));
    CHECK(read.auth_token_file.empty());
    CHECK(read.admin_token_file.empty());
}

TEST_CASE("listener tokens: files that hold none are problems at their place, without a word of "
          "what they hold") {
    const test::temporary_directory directory;
    const auto file = directory.file("tokens");
    const auto [content, message] = GENERATE_REF(table<std::string, std::string>({
        {"", "the file is empty"},
        {" \n\n", "the file is empty"},
        {"s3cret token", "characters that no token has"},
        {first + "\ns3cret\x01", "characters that no token has"},
        {"s3cr\xc3\xa9t", "characters that no token has"},
        {std::string("s3cret\0s3cret", 13), "characters that no token has"},
        {std::string(70'000, 's'), "the file cannot be read"},
    }));
    write_secret(file, content);
    const auto section = each_section();
    const auto found = problems_of(section.name + ":\n  token_file: " + file + "\n");
    REQUIRE(found.size() == 1);
    CHECK(found[0].key == section.name + ".token_file");
    CHECK(found[0].line == 3);
    CHECK(found[0].column == 15);
    CHECK_THAT(found[0].message, Contains(message) && !Contains("s3cr"));
}

TEST_CASE("listener tokens: sixteen at most") {
    const test::temporary_directory directory;
    const auto file = directory.file("tokens");
    std::string content;
    for (int i = 0; i < 16; ++i) {
        content += first + std::to_string(i) + "\n";
    }
    write_secret(file, content);
    CHECK(of_auth(load("auth: {token_file: " + file + "}")).accepts(first + "15"));
    write_secret(file, content + "\n" + second);
    const auto found = problems_of("auth: {token_file: " + file + "}");
    REQUIRE(found.size() == 1);
    CHECK(found[0].message == "more than 16 tokens");
}

TEST_CASE("listener tokens: with one an address off loopback may be listened on") {
    const test::temporary_directory directory;
    const auto file = directory.file("token");
    write_secret(file, first);
    const auto read = load("listen: {http: [\"0.0.0.0:8787\", \"[::]:8787\"]}\nadmin: {http: "
                           "\"10.0.0.7:8788\", token_file: " +
                           file + "}\nauth: {token_file: " + file + "}");
    CHECK(read.listen.http.size() == 2);
    CHECK(read.admin == net::listen_address{"10.0.0.7", 8788});

    // Where secrets are not looked at it counts that there is one.
    const auto unread = test::load(test::least + "listen: {http: \"0.0.0.0:8787\"}\n"
                                                 "auth: {token_file: /does/not/exist}");
    CHECK(unread.ingest.door.tokens.empty());
    CHECK(unread.auth_token_file == "/does/not/exist");
}

TEST_CASE("listener tokens: a token that cannot be read is the only problem it makes") {
    const auto found =
        problems_of("listen: {http: \"0.0.0.0:8787\"}\nauth: {token_file: /does/not/exist}");
    REQUIRE(found.size() == 1);
    CHECK(config::format(found, "f") == "f:3:20: auth.token_file: the file cannot be read\n");
}

TEST_CASE("listener tokens: a command shows the first of a file or of a variable") {
    const test::temporary_directory directory;
    const auto file = directory.file("tokens");
    write_secret(file, "\n" + first + "\n" + second + "\n");
    CHECK(config::first_token(file, "")->reveal() == first);
    const environment_variable variable("GATEPOST_UNIT_TEST_SHOWN", second);
    CHECK(config::first_token("", "GATEPOST_UNIT_TEST_SHOWN")->reveal() == second);
    CHECK(config::first_token(directory.file("missing"), "").error() == "the file cannot be read");
    CHECK(config::first_token("", "GATEPOST_UNIT_TEST_NOT_SET").error() ==
          "this environment variable is not set");
}

TEST_CASE("allowed uids: users are given by id or by name") {
    const auto* const root = getpwuid(0);
    REQUIRE(root != nullptr);
    const std::string name = root->pw_name;
    CHECK(load("listen: {allowed_uids: [" + name + ", 1000]}").ingest.door.allowed_uids ==
          std::vector<std::uint32_t>{0, 1000});
}

TEST_CASE("allowed uids: a name that no user has is a problem, where this machine is asked") {
    const auto found = problems_of("listen: {allowed_uids: [0, nobody-has-this-name]}");
    REQUIRE(found.size() == 1);
    CHECK(config::format(found, "f") ==
          "f:2:28: listen.allowed_uids[1]: expected a user of this machine, by its id or its "
          "name\n");
    // Of another machine's users nothing is known here.
    CHECK(test::load(observer + "listen: {allowed_uids: [7, nobody-has-this-name]}")
              .ingest.door.allowed_uids == std::vector<std::uint32_t>{7});
}
