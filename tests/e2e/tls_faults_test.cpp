// An upstream that does not prove who it is, or speaks no TLS that is safe: the real program
// against a TLS server that is not ours, which is mended later.

#include "rows.hpp"

#include <support/dead_letters.hpp>
#include <support/skipped.hpp>
#include <support/temporary_directory.hpp>
#include <support/tls_front.hpp>
#include <vector>

using namespace gatepost;
using namespace gatepost::test;

TEST_CASE("tls faults: nothing is sent, log, metric and status say why, and mended it goes out") {
    if (skipped(tls_front::why_not())) {
        return;
    }
    certificate_authority trusted;
    certificate_authority unknown;
    const auto good = trusted.issue({});
    struct row {
        const char* what;
        std::string certificate;
        const char* most;
        const char* told;
    };
    const std::vector<row> table{
        {"expired", trusted.issue({.expired = true}), "", "certificate has expired"},
        {"wrong host", trusted.issue({.names = "DNS:other.example"}), "", "not valid for the host"},
        {"unknown authority", unknown.issue({}), "", "authority that is not trusted"},
        {"TLS 1.1", good, "TLS1.1", "TLS 1.2 or newer is needed"},
    };
    for (const auto& row : table) {
        CAPTURE(row.what);
        const temporary_directory directory;
        sandbox_process upstream(program_under_test(), directory.path(), false);
        auto front = std::make_unique<tls_front>(row.certificate, upstream.url(),
                                                 tls_front::setting{.most = row.most});
        const auto port = front->port();
        sidecar gatepost(program_under_test(), directory.path(), {front->url(), trusted.file()},
                         {.relay = at_once});
        gatepost.start();
        http_connection over(gatepost.ingest());
        REQUIRE(over.post("/v1/events", list_of(pixel_code, "e", 3)).status == 202);
        REQUIRE(eventually([&] { return requests(gatepost, pixel_code, "tls") >= 2; }));
        CHECK(status_of(gatepost, pixel_code).last_outcome == "tls");
        const auto status = http_get(gatepost.admin(), "/v1/status").body;
        const auto log = read_file(gatepost.log_file());
        CAPTURE(status, log);
        CHECK(status.find(row.told) != std::string::npos);
        CHECK(log.find("\"reason\":\"tls\"") != std::string::npos);
        CHECK(log.find(row.told) != std::string::npos);
        CHECK(log.find(access_token) == std::string::npos);
        CHECK(delivered(gatepost, pixel_code) == 0);
        CHECK(upstream.events().root().find("requests").integer() == 0);

        front.reset();
        const tls_front mended(good, upstream.url(), {.port = port});
        REQUIRE(eventually([&] { return gatepost.unsettled() == 0; }));
        CHECK(upstream.events().root().find("events").size() == 3);
        CHECK(delivered(gatepost, pixel_code) == 3);
        CHECK(dead_letters(gatepost.spool()).empty());
    }
}
