#include "daemon_address.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <string>
#include <support/temporary_directory.hpp>
#include <vector>

using namespace gatepost;
using app::listener;

namespace {

std::string daemon_address(listener which, const std::string& url, const std::string& config) {
    const auto found = app::find_daemon(which, {.url = url, .config_file = config});
    if (found.has_error()) {
        return std::to_string(found.error().code) + " " + found.error().text;
    }
    CHECK(found->token.empty());
    return (found->at.tls ? "https://" : "http://") + found->at.authority();
}

} // namespace

TEST_CASE("daemon address: without a word each listener's default") {
    CHECK(daemon_address(listener::ingest, "", "") == "http://127.0.0.1:8787");
    CHECK(daemon_address(listener::admin, "", "") == "http://127.0.0.1:8788");
}

TEST_CASE("daemon address: a URL, over plain HTTP to loopback only") {
    CHECK(daemon_address(listener::admin, "http://[::1]:9000", "") == "http://[::1]:9000");
    CHECK(daemon_address(listener::admin, "https://gate.example", "") == "https://gate.example");
    CHECK(daemon_address(listener::admin, "planted", "") ==
          "64 gatepost: --admin takes a URL like http://127.0.0.1:8788\n");
    CHECK(daemon_address(listener::ingest, "planted", "") ==
          "64 gatepost: --to takes a URL like http://127.0.0.1:8787\n");
    CHECK_THAT(daemon_address(listener::admin, "http://10.0.0.7:8788", ""),
               Catch::StartsWith("64 gatepost: --admin: http:// only to loopback"));
}

TEST_CASE("daemon address: as the configuration says, which may lack its token") {
    const test::temporary_directory directory;
    const auto file = directory.file("gatepost.yaml");
    const auto with = [&](const std::string& sections) {
        std::ofstream(file) << "pixels: [{id: C0EXAMPLE, access_token_env: NOT_THERE}]\n"
                            << sections;
        return file;
    };
    CHECK(daemon_address(listener::admin, "", with("admin: {http: '127.0.0.1:9000'}\n")) ==
          "http://127.0.0.1:9000");
    CHECK(daemon_address(listener::ingest, "",
                         with("listen: {http: ['[::1]:9000', "
                              "'127.0.0.1:9001']}\n")) == "http://[::1]:9000");
    CHECK(daemon_address(listener::admin, "", with("admin: {http: '127.0.0.1:0'}\n")) ==
          "64 gatepost: admin.http names no port; give --admin\n");
    CHECK_THAT(daemon_address(listener::admin, "", with("admin: {https: 1}\n")),
               Catch::StartsWith("78 " + file + ":2:"));
}

TEST_CASE("daemon address: one in the configuration has to be this machine's own") {
    const test::temporary_directory directory;
    const auto file = directory.file("gatepost.yaml");
    // An address for documentation (RFC 5737), which nobody has.
    std::ofstream(file) << "pixels: [{id: P, mode: observe}]\n"
                           "admin: {http: '203.0.113.7:8788', token_file: /t}\n";
    CHECK(daemon_address(listener::admin, "", file) ==
          "64 gatepost: admin.http is no address of this machine; give --admin with an https:// "
          "URL\n");
}
