// Through which proxy the upstream is reached: relay.proxy, or what the environment says.

#include "environment_variable.hpp"
#include "loading.hpp"

#include <gatepost/config/reload.hpp>

#include <filesystem>
#include <fstream>
#include <support/temporary_directory.hpp>

using namespace gatepost;
using Catch::Matchers::Contains;
using config::secrets;
using test::environment_variable;

namespace {

constexpr auto credentials_variable = "GATEPOST_UNIT_TEST_PROXY";

// The environment of a test: nothing but what it says.
struct environment {
    environment_variable token{"GATEPOST_UNIT_TEST_TOKEN", "t"};
    environment_variable https_proxy, no_proxy;
    environment_variable lower_https_proxy{"https_proxy", std::nullopt};
    environment_variable lower_no_proxy{"no_proxy", std::nullopt};

    explicit environment(const std::optional<std::string>& proxy = std::nullopt,
                         const std::optional<std::string>& exempt = std::nullopt)
        : https_proxy("HTTPS_PROXY", proxy), no_proxy("NO_PROXY", exempt) {}
};

std::string with_relay(const std::string& members) {
    return "pixels: [{id: P, access_token_env: GATEPOST_UNIT_TEST_TOKEN}]\nrelay: {" + members +
           "}\n";
}

config::config load(const std::string& members) {
    return config::load_text(with_relay(members), secrets::read).value();
}

std::string authority_of(const config::config& read) {
    return read.upstream.proxy ? read.upstream.proxy->authority() : "none";
}

std::string credentials_of(const config::config& read) {
    return std::string(read.upstream.proxy.value().credentials.reveal());
}

} // namespace

TEST_CASE("proxy: the configuration's goes before the environment's, and both before none") {
    using text = std::optional<std::string>;
    const auto [members, https_proxy, no_proxy, authority, named_by] =
        GENERATE(table<std::string, text, text, std::string, std::string>({
            {"", {}, {}, "none", ""},
            {"proxy: \"\"", {}, {}, "none", ""},
            {"proxy: \"\"", "", {}, "none", ""},
            {"proxy: http://own:3128", {}, {}, "own:3128", "relay.proxy"},
            {"", "http://env:3129", {}, "env:3129", "HTTPS_PROXY"},
            {"proxy: http://own:3128", "http://env:3129", {}, "own:3128", "relay.proxy"},
            {"proxy: http://own:3128", "junk://", {}, "own:3128", "relay.proxy"},
            // NO_PROXY holds for both.
            {"proxy: http://own:3128", {}, "*", "none", ""},
            {"", "http://env:3129", "tiktok.com", "none", ""},
            {"", "http://env:3129", "tiktok.example", "env:3129", "HTTPS_PROXY"},
            {"", "junk://", "*", "none", ""},
            // Loopback is never proxied.
            {"endpoint: http://127.0.0.1:8789, proxy: http://own:3128", {}, {}, "none", ""},
            {"endpoint: \"https://[::1]:8789\"", "http://env:3129", {}, "none", ""},
            {"endpoint: https://localhost", "junk://", {}, "none", ""},
        }));
    CAPTURE(members, https_proxy.value_or("unset"), no_proxy.value_or("unset"));
    const environment set(https_proxy, no_proxy);
    const auto read = load(members);
    CHECK(authority_of(read) == authority);
    CHECK(read.proxy_named_by == named_by);
}

TEST_CASE("proxy: without secrets the environment is not looked at") {
    const environment set("http://env:3129", "*");
    CHECK(authority_of(test::load(test::least)) == "none");
    CHECK(authority_of(test::load(test::least + "relay: {proxy: http://own:3128}")) == "own:3128");
    CHECK(test::problems_of(test::least + "relay: {proxy_credentials_file: /does/not/exist}")
              .empty());
}

TEST_CASE("proxy: one in the environment that cannot be used is refused, not gone around") {
    const environment set("socks5://s3cret@proxy:1080");
    const auto found = test::problems_of(with_relay("connections: 4"), secrets::read);
    REQUIRE(found.size() == 1);
    CHECK(found[0].key == "relay.proxy");
    CHECK(found[0].line == 2);
    CHECK_THAT(found[0].message, Contains("HTTPS_PROXY") && Contains("NO_PROXY=*"));
    CHECK_THAT(found[0].message, !Contains("s3cret"));
}

TEST_CASE("proxy: credentials of a file or a variable replace those in the URL") {
    const environment set;
    const test::temporary_directory directory;
    const auto file = directory.file("proxy");
    std::ofstream(file) << "user:p ss:word\n";
    const environment_variable variable(credentials_variable, "other:secret");
    const std::string url = "proxy: \"http://in:url@own:3128\"";
    CHECK(credentials_of(load("proxy: http://own:3128")).empty());
    CHECK(credentials_of(load(url)) == "in:url");
    CHECK(credentials_of(load(url + ", proxy_credentials_file: " + file)) == "user:p ss:word");
    CHECK(credentials_of(load(url + ", proxy_credentials_env: " + credentials_variable)) ==
          "other:secret");

    const environment_variable proxy("HTTPS_PROXY", "http://env:3129");
    CHECK(credentials_of(load("proxy_credentials_file: " + file)) == "user:p ss:word");
}

TEST_CASE("proxy: credentials that are missing or no user:password are a problem at their place") {
    const environment set;
    const test::temporary_directory directory;
    const auto file = directory.file("proxy");
    const auto [content, message] = GENERATE(table<std::string, std::string>({
        {"", "the file is empty"},
        {"\n", "the file is empty"},
        {"s3cret\n", "expected user:password"},
        {"user:s3cret\nuser:s3cret\n", "a single line"},
        {"user:s3cret\x01", "a single line"},
    }));
    CAPTURE(content);
    std::ofstream(file) << content;
    const auto found = test::problems_of(
        with_relay("proxy: http://own, proxy_credentials_file: " + file), secrets::read);
    REQUIRE(found.size() == 1);
    CHECK(found[0].key == "relay.proxy_credentials_file");
    CHECK(found[0].line == 2);
    CHECK_THAT(found[0].message, Contains(message) && !Contains("s3cret"));
}

TEST_CASE("proxy: no message holds what may be a password") {
    const environment set;
    const environment_variable variable(credentials_variable, "s3cret");
    const auto members =
        GENERATE(as<std::string>(), "proxy: \"https://user:s3cret@proxy:3128\"",
                 "proxy: \"user:s3cret@proxy:99999\"", "proxy: [\"http://user:s3cret@proxy\"]",
                 "proxy: {s3cret: s3cret}", "proxy_credentials: \"user:s3cret\"",
                 std::string("proxy_credentials_env: ") + credentials_variable,
                 "proxy_credentials_file: [\"user:s3cret\"], connections: 0");
    CAPTURE(members);
    const auto found = test::problems_of(with_relay(members), secrets::read);
    CHECK_FALSE(found.empty());
    for (const auto& each : found) {
        CHECK_THAT(config::format(each, "f"), !Contains("s3cret"));
    }
}

TEST_CASE("proxy: credentials are read anew from their file, the rest stays") {
    const environment set;
    const test::temporary_directory directory;
    const auto file = directory.file("proxy");
    std::ofstream(file) << "user:old";
    const auto running = load("proxy: http://own:3128, proxy_credentials_file: " + file);
    CHECK(running.proxy_credentials_file == file);
    std::ofstream(file) << "user:new";
    const auto fresh = config::reread_secrets(running);
    CHECK(fresh.found.empty());
    REQUIRE(fresh.proxy);
    CHECK(fresh.proxy->credentials.reveal() == "user:new");
    CHECK(fresh.proxy->authority() == "own:3128");

    std::filesystem::remove(file);
    const auto missing = config::reread_secrets(running);
    REQUIRE(missing.proxy);
    CHECK(missing.proxy->credentials.reveal() == "user:old");
    CHECK(config::format(missing.found, "f") ==
          "f: relay.proxy_credentials_file: the file cannot be read\n");

    const auto in_url = config::reread_secrets(load("proxy: \"http://in:url@own:3128\""));
    REQUIRE(in_url.proxy);
    CHECK(in_url.proxy->credentials.reveal() == "in:url");
    CHECK_FALSE(config::reread_secrets(load("")).proxy);
}
