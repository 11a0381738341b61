// What makes TLS unsafe, and what in the environment of the real program asks for it: servers that
// nobody should speak to, by openssl-s_server(1).

#include "rows.hpp"

#include <fstream>
#include <support/child_process.hpp>
#include <support/machine.hpp>
#include <support/skipped.hpp>
#include <support/temporary_directory.hpp>
#include <support/tls_front.hpp>
#include <vector>

using namespace gatepost;
using namespace gatepost::test;

namespace {

// A configuration of OpenSSL's that allows all that it can.
constexpr auto lax = R"(openssl_conf = all
[all]
ssl_conf = ssl
[ssl]
system_default = lax
[lax]
MinProtocol = TLSv1
CipherString = ALL:aNULL:eNULL:@SECLEVEL=0
Options = UnsafeLegacyRenegotiation,UnsafeLegacyServerConnect
VerifyMode = Once
)";

// `openssl s_server`: it takes whoever comes, and answers nothing.
class careless_server {
  public:
    careless_server(const temporary_directory& directory, const std::vector<std::string>& how)
        : process_(words(how), directory.file("s_server.log")),
          address_(process_.line_after("ACCEPT ")) {}

    std::string url() const {
        return "https://localhost:" + address_.substr(address_.rfind(':') + 1);
    }

  private:
    static std::vector<std::string> words(const std::vector<std::string>& how) {
        std::vector<std::string> all{program_path("openssl"),
                                     "s_server",
                                     "-accept",
                                     "127.0.0.1:0",
                                     "-rev",
                                     "-naccept",
                                     "1000"};
        all.insert(all.end(), how.begin(), how.end());
        return all;
    }

    child_process process_;
    std::string address_;
};

// A daemon whose environment asks for less safety.
sidecar::keys relaxed(const temporary_directory& directory, const std::string& anchors) {
    std::ofstream(directory.file("lax.cnf")) << lax;
    return {.relay = at_once,
            .environment = {{"OPENSSL_CONF", directory.file("lax.cnf")},
                            {"SSL_CERT_FILE", anchors},
                            {"SSL_CERT_DIR", directory.path().string()}}};
}

bool log_has(const sidecar& of, const std::string& text) {
    return read_file(of.log_file()).find(text) != std::string::npos;
}

} // namespace

TEST_CASE("outbound: no environment makes TLS weaker: nothing is sent to whom it would let in") {
    if (skipped(tls_front::why_not())) {
        return;
    }
    certificate_authority trusted;
    certificate_authority unknown;
    struct row {
        const char* what;
        std::vector<std::string> server;
    };
    const auto weak = trusted.issue({.key = weak_key});
    const auto strange = unknown.issue({});
    const auto good = trusted.issue({});
    const std::vector<row> table{
        {"no certificate", {"-nocert", "-tls1_2", "-cipher", "ALL:aNULL:@SECLEVEL=0"}},
        {"a weak key", {"-cert", weak, "-key", weak, "-cipher", "ALL:@SECLEVEL=0"}},
        {"an authority that only the environment names", {"-cert", strange, "-key", strange}},
        {"no encryption", {"-cert", good, "-key", good, "-tls1_2", "-cipher", "eNULL:@SECLEVEL=0"}},
        {"TLS 1.0", {"-cert", good, "-key", good, "-tls1", "-cipher", "ALL:@SECLEVEL=0"}},
        {"TLS 1.1", {"-cert", good, "-key", good, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"}},
    };
    for (const auto& row : table) {
        CAPTURE(row.what);
        const temporary_directory directory;
        const careless_server server(directory, row.server);
        sidecar gatepost(program_under_test(), directory.path(), {server.url(), trusted.file()},
                         relaxed(directory, unknown.file()));
        gatepost.start();
        REQUIRE(http_connection(gatepost.ingest())
                    .post("/v1/events", event_of(pixel_code, "waits"))
                    .status == 202);
        // Whoever is let in gets a request and gives no answer that is one.
        REQUIRE(eventually([&] { return requests(gatepost, pixel_code, "tls") > 0; }));
        CHECK(log_has(gatepost, "cannot be reached"));
        CHECK(requests(gatepost, pixel_code, "bad_answer") == 0);
        CHECK(requests(gatepost, pixel_code, "reset") == 0);
    }
}

TEST_CASE("outbound: TLS 1.2 and 1.3 are spoken, also under an environment that allows less") {
    if (skipped(tls_front::why_not())) {
        return;
    }
    certificate_authority trusted;
    const auto certificate = trusted.issue({});
    const char* const most = GENERATE("TLS1.2", "");
    CAPTURE(most);
    const temporary_directory directory;
    sandbox_process sandbox(program_under_test(), directory.path(), false);
    const tls_front front(certificate, sandbox.url(), {.most = most});
    sidecar gatepost(program_under_test(), directory.path(), {front.url(), trusted.file()},
                     relaxed(directory, trusted.file()));
    gatepost.start();
    REQUIRE(http_connection(gatepost.ingest())
                .post("/v1/events", event_of(pixel_code, "sent"))
                .status == 202);
    CHECK(eventually([&] { return delivered(gatepost, pixel_code) == 1; }));
    CHECK(sandbox.events().root().find("events").size() == 1);
}

TEST_CASE("outbound: trust anchors that the environment names are used without relay.ca_file, and "
          "the log says so") {
    if (skipped(tls_front::why_not())) {
        return;
    }
    certificate_authority own;
    const temporary_directory directory;
    sandbox_process sandbox(program_under_test(), directory.path(), false);
    const tls_front front(own.issue({}), sandbox.url(), {});
    for (const bool named : {false, true}) {
        CAPTURE(named);
        const temporary_directory mine;
        sidecar::keys keys{.relay = at_once, .under = {"/usr/bin/env", "--unset=SSL_CERT_DIR"}};
        if (!named) {
            keys.under.emplace_back("--unset=SSL_CERT_FILE");
        } else {
            keys.environment = {{"SSL_CERT_FILE", own.file()}};
        }
        sidecar gatepost(program_under_test(), mine.path(), {front.url(), ""}, keys);
        gatepost.start();
        REQUIRE(http_connection(gatepost.ingest())
                    .post("/v1/events", event_of(pixel_code, "sent"))
                    .status == 202);
        CHECK(eventually([&] { return requests(gatepost, pixel_code, named ? "ok" : "tls") > 0; }));
        CHECK(log_has(gatepost, "the environment names the trust anchors") == named);
        CHECK(log_has(gatepost, "\"variable\":\"SSL_CERT_FILE\"") == named);
    }
}

TEST_CASE("outbound: trust anchors that cannot be used end the start") {
    const temporary_directory directory;
    std::ofstream(directory.file("empty.pem"));
    for (const auto* const name : {"missing.pem", "empty.pem"}) {
        CAPTURE(name);
        sidecar gatepost(program_under_test(), directory.path(),
                         {"https://localhost:1", directory.file(name)}, {.relay = at_once});
        gatepost.launch();
        CHECK(gatepost.process().wait() != 0);
        CHECK(log_has(gatepost, "relay.ca_file"));
    }
}
