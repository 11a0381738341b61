// Through a real HTTP proxy to the upstream: the real program and tinyproxy.

#include "rows.hpp"

#include <csignal>
#include <support/http_proxy.hpp>
#include <support/skipped.hpp>
#include <support/temporary_directory.hpp>
#include <support/tls_front.hpp>

using namespace gatepost;
using namespace gatepost::test;

namespace {

constexpr auto user = "gatepost-user";
constexpr auto password = "planted-proxy-password-0815";

std::optional<std::string> why_not() {
    const auto reason = http_proxy::why_not();
    return reason ? reason : tls_front::why_not();
}

// An upstream that only the proxy can find by its name, and that has a certificate for it.
struct far_upstream {
    temporary_directory directory;
    sandbox_process sandbox{program_under_test(), directory.path(), false};
    certificate_authority authority;
    tls_front front{
        authority.issue({.names = "DNS:upstream.test,DNS:localhost"}), sandbox.url(), {}};
    host_names names{"127.0.0.1 upstream.test\n127.0.0.1 localhost\n"};
    http_proxy proxy{names, user, password};

    std::string by(const std::string& secret) const {
        return std::string("http://") + user + ":" + secret + "@" + proxy.address();
    }
    std::size_t events() { return sandbox.events().root().find("events").size(); }
};

class proxied {
  public:
    proxied(const far_upstream& to, const sidecar::keys& keys,
            const std::string& host = "upstream.test")
        : gatepost_(program_under_test(), directory_.path(),
                    {to.front.url(host), to.authority.file()}, keys) {
        gatepost_.start();
    }

    sidecar& gatepost() { return gatepost_; }
    void post(const std::string& id) {
        http_connection over(gatepost_.ingest());
        REQUIRE(over.post("/v1/events", event_of(pixel_code, id)).status == 202);
    }
    bool settles() const {
        return eventually([this] { return gatepost_.unsettled() == 0; });
    }
    // All that an operator gets to see.
    std::string shown() const {
        return read_file(gatepost_.log_file()) + gatepost_.metrics() +
               http_get(gatepost_.admin(), "/v1/status").body;
    }

  private:
    temporary_directory directory_;
    sidecar gatepost_;
};

std::string relay_by(const std::string& proxy) {
    return std::string(at_once) + ", proxy: \"" + proxy + '"';
}

} // namespace

TEST_CASE("proxy: with credentials events go through a tunnel, and nobody gets to see them") {
    if (skipped(why_not())) {
        return;
    }
    far_upstream to;
    proxied at(to, {.relay = relay_by(to.by(password))});
    at.post("sent");
    REQUIRE(at.settles());
    CHECK(to.events() == 1);
    CHECK(to.proxy.tunnels() == 1);
    CHECK(at.shown().find(password) == std::string::npos);
}

TEST_CASE("proxy: one that refuses is named, nothing is sent, and with its password it goes out") {
    if (skipped(why_not())) {
        return;
    }
    constexpr auto wrong = "planted-wrong-password-4711";
    far_upstream to;
    struct row {
        std::string proxy;
        const char* told; // tinyproxy's 401 is no 407, and no answer of the upstream's either
    };
    for (const auto& row : {row{to.by(wrong), "proxy: HTTP 401 instead of a tunnel"},
                            row{"http://" + to.proxy.address(), "proxy: HTTP 407"}}) {
        CAPTURE(row.told);
        const auto before = to.events();
        proxied at(to, {.relay = relay_by(row.proxy)});
        at.post("waits");
        REQUIRE(eventually([&] { return requests(at.gatepost(), pixel_code, "proxy") >= 2; }));
        CHECK(status_of(at.gatepost(), pixel_code).last_outcome == "proxy");
        CHECK(http_get(at.gatepost().admin(), "/v1/status").body.find(row.told) !=
              std::string::npos);
        const auto log = read_file(at.gatepost().log_file());
        CHECK(log.find("\"reason\":\"proxy\"") != std::string::npos);
        CHECK(log.find(row.told) != std::string::npos);
        CHECK(at.shown().find(wrong) == std::string::npos);
        CHECK(to.events() == before);

        at.gatepost().reconfigure(row.proxy, to.by(password));
        at.gatepost().process().signal(SIGHUP);
        REQUIRE(at.settles());
        CHECK(to.events() == before + 1);
        CHECK(at.shown().find(password) == std::string::npos);
    }
}

TEST_CASE("proxy: one that is gone is told from the upstream, and back again it serves") {
    if (skipped(why_not())) {
        return;
    }
    far_upstream to;
    proxied at(to, {.relay = relay_by(to.by(password))});
    to.proxy.kill();
    at.post("waits");
    REQUIRE(eventually([&] { return requests(at.gatepost(), pixel_code, "connect") >= 1; }));
    CHECK(read_file(at.gatepost().log_file()).find("proxy: Connection refused") !=
          std::string::npos);
    CHECK(to.events() == 0);
    to.proxy.start();
    REQUIRE(at.settles());
    CHECK(to.events() == 1);
}

TEST_CASE("proxy: HTTPS_PROXY is used, but for what NO_PROXY names and for loopback") {
    if (skipped(why_not())) {
        return;
    }
    struct row {
        const char* host;
        const char* no_proxy;
        bool tunnel;
    };
    for (const auto& row :
         {row{"upstream.test", "", true}, row{"upstream.test", ".example", true},
          row{"upstream.test", ".test", false}, row{"upstream.test", "upstream.test", false},
          row{"localhost", "", false}}) {
        CAPTURE(row.host, row.no_proxy);
        far_upstream to;
        sidecar::keys keys{.relay = at_once};
        keys.environment = {{"HTTPS_PROXY", to.by(password)},
                            {"NO_PROXY", row.no_proxy},
                            {"https_proxy", ""},
                            {"no_proxy", ""}};
        if (!row.tunnel) {
            keys.under = to.names.under(); // finds the upstream by itself
        }
        proxied at(to, keys, row.host);
        at.post("sent");
        REQUIRE(at.settles());
        CHECK(to.events() == 1);
        CHECK(to.proxy.tunnels() == (row.tunnel ? 1 : 0));
        CHECK(at.shown().find(password) == std::string::npos);
    }
}
