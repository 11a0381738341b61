// Names that lead nowhere, elsewhere or to two places of which one is dead: the real program with
// names, and where needed a network, of its own.

#include "rows.hpp"

#include <support/host_names.hpp>
#include <support/private_network.hpp>
#include <support/skipped.hpp>
#include <support/temporary_directory.hpp>
#include <vector>

using namespace gatepost;
using namespace gatepost::test;

namespace {

constexpr auto nowhere = "127.0.0.1 somebody-else\n";

std::string port_of(const std::string& url) {
    return url.substr(url.rfind(':') + 1);
}

// A daemon whose upstream has a name.
class named_upstream {
  public:
    named_upstream(const host_names& names, const std::string& port, const std::string& relay = "",
                   const std::string& ca_file = "")
        : gatepost_(program_under_test(), directory_.path(),
                    {(ca_file.empty() ? "http" : "https") + ("://localhost:" + port), ca_file},
                    {.relay = std::string(at_once) + relay, .under = names.under()}) {
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

  private:
    temporary_directory directory_;
    sidecar gatepost_;
};

std::size_t events_at(sandbox_process& upstream) {
    return upstream.events().root().find("events").size();
}

} // namespace

TEST_CASE(
    "dns faults: while a name is not found events wait, the cause is named, nothing is sent") {
    if (skipped(host_names::why_not())) {
        return;
    }
    const temporary_directory directory;
    sandbox_process upstream(program_under_test(), directory.path());
    const host_names names(nowhere);
    named_upstream at(names, port_of(upstream.url()), "", upstream.ca_file());
    at.post("waits");
    REQUIRE(eventually([&] { return requests(at.gatepost(), pixel_code, "resolve") >= 2; }));
    CHECK(status_of(at.gatepost(), pixel_code).last_outcome == "resolve");
    const auto status = http_get(at.gatepost().admin(), "/v1/status").body;
    CHECK(status.find("Name or service not known") != std::string::npos);
    const auto log = read_file(at.gatepost().log_file());
    CHECK(log.find("\"reason\":\"resolve\"") != std::string::npos);
    CHECK(log.find("Name or service not known") != std::string::npos);
    CHECK(at.gatepost().unsettled() == 1);
    CHECK(events_at(upstream) == 0);

    names.become("127.0.0.1 localhost\n");
    REQUIRE(at.settles());
    CHECK(events_at(upstream) == 1);
}

TEST_CASE("dns faults: another address is used when connections have reached their age") {
    if (skipped(host_names::why_not())) {
        return;
    }
    const temporary_directory directory;
    sandbox_process first(program_under_test(), directory.path(), false, "127.0.0.2:0");
    sandbox_process second(program_under_test(), directory.path(), false,
                           "127.0.0.3:" + port_of(first.url()));
    const host_names names("127.0.0.2 localhost\n");
    named_upstream at(names, port_of(first.url()), ", connection_age: 1s");
    at.post("to-the-first");
    REQUIRE(at.settles());
    CHECK(events_at(first) == 1);

    names.become("127.0.0.3 localhost\n");
    int posted = 1;
    REQUIRE(eventually([&] {
        at.post("moving-" + std::to_string(posted++));
        return at.settles() && events_at(second) >= 1;
    }));
    // The first one was there all the time: nothing failed, and nothing was sent twice.
    CHECK(requests(at.gatepost(), pixel_code, "ok") == posted);
    CHECK(events_at(first) + events_at(second) == static_cast<std::size_t>(posted));
}

TEST_CASE("dns faults: another address is used at once when the one before is dead") {
    if (skipped(host_names::why_not())) {
        return;
    }
    const temporary_directory directory;
    sandbox_process first(program_under_test(), directory.path(), false, "127.0.0.2:0");
    sandbox_process second(program_under_test(), directory.path(), false,
                           "127.0.0.3:" + port_of(first.url()));
    const host_names names("127.0.0.2 localhost\n");
    named_upstream at(names, port_of(first.url()), ", connection_age: 1h");
    at.post("to-the-first");
    REQUIRE(at.settles());
    CHECK(events_at(first) == 1);
    first.kill();
    at.post("to-the-second");
    REQUIRE(eventually([&] { return requests(at.gatepost(), pixel_code, "connect") >= 1; }));
    names.become("127.0.0.3 localhost\n");
    REQUIRE(at.settles());
    CHECK(events_at(second) == 1);
}

TEST_CASE("dns faults: of a name's two addresses, IPv4 and IPv6, either may be dead") {
    if (skipped(private_network::why_not()) || skipped(host_names::why_not())) {
        return;
    }
    struct row {
        const char* what;
        const char* alive;
        const char* lost; // packets on their way to the other one; "" when it refuses them
    };
    const std::vector<row> table{
        {"IPv6 refuses", "127.0.0.1:0", ""},
        {"IPv4 refuses", "[::1]:0", ""},
        {"IPv6 is silent", "127.0.0.1:0", "ip6 daddr ::1 tcp dport "},
        {"IPv4 is silent", "[::1]:0", "ip daddr 127.0.0.1 tcp dport "},
    };
    for (const auto& row : table) {
        CAPTURE(row.what);
        private_network network;
        const temporary_directory directory;
        sandbox_process upstream(program_under_test(), directory.path(), true, row.alive);
        const auto port = port_of(upstream.url());
        if (*row.lost != '\0') {
            network.lose(row.lost + port);
        }
        const host_names names("::1 localhost\n127.0.0.1 localhost\n");
        named_upstream at(names, port, ", timeout: {connect: 3s, request: 3s}", upstream.ca_file());
        at.post("sent");
        REQUIRE(at.settles());
        CHECK(events_at(upstream) == 1);
        CHECK(requests(at.gatepost(), pixel_code, "ok") == 1);
        CHECK(requests(at.gatepost(), pixel_code, "connect") == 0);
        CHECK(requests(at.gatepost(), pixel_code, "timeout") == 0);
    }
}
