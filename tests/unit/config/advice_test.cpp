// What is not wrong and yet to be said.

#include "environment_variable.hpp"
#include "loading.hpp"
#include "secret_file.hpp"

#include <support/temporary_directory.hpp>

using namespace gatepost;
using config::secrets;
using test::environment_variable;
using test::write_secret;
namespace fs = std::filesystem;

namespace {

// Each kind of secret that has a file, with what such a file may hold.
struct secret_kind {
    std::string key;
    std::string yaml; // with @ for the file
    std::string content;
};

const std::string long_token = "0123456789abcdef";

secret_kind each_kind() {
    return GENERATE(values<secret_kind>({
        {"pixels[0].access_token_file", "pixels:\n  - {id: P, access_token_file: @}\n", "t"},
        {"auth.token_file", "pixels: [{id: P, mode: observe}]\nauth: {token_file: @}\n",
         long_token},
        {"admin.token_file", "pixels: [{id: P, mode: observe}]\nadmin: {token_file: @}\n",
         long_token},
        {"relay.proxy_credentials_file",
         "pixels: [{id: P, mode: observe}]\n"
         "relay: {proxy: http://p, proxy_credentials_file: @}\n",
         "user:password"},
        {"identity.key_file", "pixels: [{id: P, mode: observe}]\nidentity: {key_file: @}\n", "k"},
        {"spool.key_file", "pixels: [{id: P, mode: observe}]\nspool: {key_file: @}\n",
         std::string(64, 'a')},
    }));
}

std::string with_file(std::string yaml, const std::string& file) {
    return yaml.replace(yaml.find('@'), 1, file);
}

std::string advice_of(const std::string& yaml) {
    return config::format(config::load_text(yaml, secrets::read).value().advice, "f");
}

} // namespace

TEST_CASE("advice: a secret's file that group or others may use is named with its place") {
    const test::temporary_directory directory;
    const auto file = directory.file("secret");
    const auto kind = each_kind();
    CAPTURE(kind.key);
    write_secret(file, kind.content);
    const auto yaml = with_file(kind.yaml, file);
    CHECK(advice_of(yaml).empty());
    const auto more = GENERATE(fs::perms::group_read, fs::perms::others_read);
    fs::permissions(file, more, fs::perm_options::add);
    const auto place = yaml.substr(0, yaml.find(file));
    const auto column = place.size() - place.rfind('\n');
    CHECK(advice_of(yaml) == "f:2:" + std::to_string(column) + ": " + kind.key +
                                 ": group or others may use this file; chmod 600 it\n");
    CHECK(config::load_text(yaml, secrets::ignore).value().advice.empty());
}

TEST_CASE("advice: a link is judged by the file it leads to") {
    const test::temporary_directory directory;
    const auto file = directory.file("secret");
    write_secret(file, long_token);
    fs::create_symlink(file, directory.file("link"));
    CHECK(
        advice_of("pixels: [{id: P, access_token_file: " + directory.file("link") + "}]").empty());
}

TEST_CASE("advice: an identity key that is not made yet has no mode") {
    const test::temporary_directory directory;
    CHECK(advice_of("pixels: [{id: P, mode: observe}]\nidentity: {key_file: " +
                    directory.file("missing") + "}")
              .empty());
}

TEST_CASE("advice: a token that applications or operators show should not be guessed") {
    const test::temporary_directory directory;
    const auto file = directory.file("tokens");
    const std::string yaml = "pixels: [{id: P, mode: observe}]\nauth: {token_file: " + file + "}";
    write_secret(file, long_token + "\n" + long_token.substr(1) + "\n");
    CHECK(advice_of(yaml) == "f:2:20: auth.token_file: a token of less than 16 characters may be "
                             "guessed; openssl rand -hex 32 makes a good one\n");
    const environment_variable variable("GATEPOST_UNIT_TEST_SHORT", "short");
    CHECK_THAT(advice_of("pixels: [{id: P, mode: observe}]\n"
                         "admin: {token_env: GATEPOST_UNIT_TEST_SHORT}"),
               Catch::StartsWith("f:2:20: admin.token_env: a token of less than 16"));
}

TEST_CASE("advice: it comes in the order of the lines") {
    const test::temporary_directory directory;
    const auto file = directory.file("tokens");
    write_secret(file, "short");
    const auto read =
        config::load_text("admin: {token_file: " + file + "}\nauth: {token_file: " + file +
                              "}\npixels: [{id: P, mode: observe}]",
                          secrets::read)
            .value();
    REQUIRE(read.advice.size() == 2);
    CHECK(read.advice[0].key == "admin.token_file");
    CHECK(read.advice[1].key == "auth.token_file");
}
