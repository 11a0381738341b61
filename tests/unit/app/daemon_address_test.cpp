#include "daemon_address.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <string>
#include <support/temporary_directory.hpp>
#include <vector>

using namespace gatepost;
using app::daemon_address;
using app::listener;

namespace {

std::string shown(const core::result<net::endpoint, app::refusal>& found) {
    if (found.has_error()) {
        return std::to_string(found.error().code) + " " + found.error().text;
    }
    return (found->tls ? "https://" : "http://") + found->authority();
}

} // namespace

TEST_CASE("daemon address: without a word each listener's default") {
    CHECK(shown(daemon_address(listener::ingest, "", "")) == "http://127.0.0.1:8787");
    CHECK(shown(daemon_address(listener::admin, "", "")) == "http://127.0.0.1:8788");
}

TEST_CASE("daemon address: a URL, over plain HTTP to loopback only") {
    CHECK(shown(daemon_address(listener::admin, "http://[::1]:9000", "")) == "http://[::1]:9000");
    CHECK(shown(daemon_address(listener::admin, "https://gate.example", "")) ==
          "https://gate.example");
    CHECK(shown(daemon_address(listener::admin, "planted", "")) ==
          "64 gatepost: --admin takes a URL like http://127.0.0.1:8788\n");
    CHECK(shown(daemon_address(listener::ingest, "planted", "")) ==
          "64 gatepost: --to takes a URL like http://127.0.0.1:8787\n");
    CHECK_THAT(shown(daemon_address(listener::admin, "http://10.0.0.7:8788", "")),
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
    CHECK(shown(daemon_address(listener::admin, "", with("admin: {http: '127.0.0.1:9000'}\n"))) ==
          "http://127.0.0.1:9000");
    CHECK(shown(daemon_address(listener::ingest, "",
                               with("listen: {http: ['[::1]:9000', "
                                    "'127.0.0.1:9001']}\n"))) == "http://[::1]:9000");
    CHECK(shown(daemon_address(listener::admin, "", with("admin: {http: '127.0.0.1:0'}\n"))) ==
          "64 gatepost: admin.http names no port; give --admin\n");
    CHECK_THAT(shown(daemon_address(listener::admin, "", with("admin: {https: 1}\n"))),
               Catch::StartsWith("78 " + file + ":2:"));
}
