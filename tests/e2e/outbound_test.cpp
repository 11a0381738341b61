// Where the real program connects to, by strace(1): it speaks to the configured endpoint and proxy,
// and asks the machine what names mean. Nothing else is there.

#include "rows.hpp"

#include <gatepost/core/text.hpp>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <set>
#include <sstream>
#include <support/child_process.hpp>
#include <support/host_names.hpp>
#include <support/machine.hpp>
#include <support/notify_socket.hpp>
#include <support/scripted_upstream.hpp>
#include <support/skipped.hpp>
#include <support/temporary_directory.hpp>
#include <support/tls_front.hpp>
#include <vector>

using namespace gatepost;
using namespace gatepost::test;

namespace {

std::optional<std::string> why_not_traced() {
    if (const auto missing = why_not_programs({"strace"})) {
        return missing;
    }
    return std::system("strace -qq -o /dev/null true >/dev/null 2>&1") == 0
               ? std::nullopt
               : std::optional<std::string>("this machine lets no process be traced");
}

// What stands between `before` and the next `after` in a line of strace's; "" when it is not there.
std::string between(const std::string& line, const std::string& before, const std::string& after) {
    const auto at = line.find(before);
    const auto begin = at + before.size();
    return at == std::string::npos ? "" : line.substr(begin, line.find(after, begin) - begin);
}

// The other end of a call, as "unix /path", "127.0.0.1:443" or "netlink"; "" when the call names
// none.
std::string other_end(const std::string& line) {
    if (line.find("sa_family=AF_UNIX") != std::string::npos) {
        return "unix " + between(line, "sun_path=", "}");
    }
    if (line.find("sa_family=AF_NETLINK") != std::string::npos) {
        return "netlink"; // which addresses this machine has
    }
    if (line.find("sa_family=AF_INET6") != std::string::npos) {
        return "[" + between(line, "inet_pton(AF_INET6, \"", "\"") +
               "]:" + between(line, "sin6_port=htons(", ")");
    }
    if (line.find("sa_family=AF_INET") != std::string::npos) {
        return between(line, "sin_addr=inet_addr(\"", "\"") + ":" +
               between(line, "sin_port=htons(", ")");
    }
    // AF_UNSPEC dissolves a connection.
    return line.find("sa_family=") != std::string::npos &&
                   line.find("sa_family=AF_UNSPEC") == std::string::npos
               ? "a family that nobody expected: " + line
               : "";
}

// Those that a traced program has spoken to, or listened at, by the names of the calls.
std::set<std::string> ends_in(const std::string& trace, std::initializer_list<const char*> calls) {
    std::set<std::string> ends;
    std::istringstream lines(trace);
    for (std::string line; std::getline(lines, line);) {
        const bool wanted = std::ranges::any_of(calls, [&](const char* call) {
            return line.find(std::string(" ") + call + "(") != std::string::npos;
        });
        if (const auto end = wanted ? other_end(line) : ""; !end.empty()) {
            ends.insert(end);
        }
    }
    return ends;
}

// Whom getaddrinfo(3) asks: the name servers, and the daemons that may know a name.
bool is_of_the_resolver(const std::string& end) {
    std::ifstream resolv("/etc/resolv.conf");
    for (std::string word, value; resolv >> word;) {
        if (word == "nameserver" && resolv >> value &&
            (end == value + ":53" || end == "[" + value + "]:53")) {
            return true;
        }
    }
    static const std::set<std::string> daemons{R"(unix "/var/run/nscd/socket")",
                                               R"(unix "/run/systemd/resolve/io.systemd.Resolve")",
                                               R"(unix "/var/run/avahi-daemon/socket")", "netlink"};
    return daemons.contains(end);
}

std::string authority_of(const std::string& url) {
    return url.substr(url.find("//") + 2);
}

bool log_has(const sidecar& of, const std::string& text) {
    return read_file(of.log_file()).find(text) != std::string::npos;
}

} // namespace

TEST_CASE("outbound: from start to end only the endpoint, the proxy and the resolver are spoken "
          "to") {
    if (skipped(why_not_traced()) || skipped(tls_front::why_not())) {
        return;
    }
    const temporary_directory directory;
    const auto trace = directory.file("trace");
    const notify_socket systemd;
    certificate_authority trusted;
    certificate_authority unknown;
    sandbox_process sandbox(program_under_test(), directory.path(), false);
    const tls_front good(trusted.issue({}), sandbox.url(), {});
    const tls_front bad(unknown.issue({}), sandbox.url(), {});
    scripted_upstream trap; // where nobody may go
    const auto away = answer_bytes(302, "", "Location: " + trap.url() + "/\r\n");
    scripted_upstream redirects(std::deque<scripted_act>(1000, {away}));
    scripted_upstream proxy(
        std::deque<scripted_act>(1000, {answer_bytes(407, ""), scripted_act::end::closes}));

    const std::string first = "https://gatepost-test.invalid";
    sidecar gatepost(
        program_under_test(), directory.path(), {first, trusted.file()},
        {.relay = at_once,
         .under = {program_path("strace"), "-D", "-f", "-qq", "-e", "signal=none", "-e",
                   "trace=connect,bind,sendto,sendmsg,sendmmsg", "-s", "256", "-o", trace},
         // A sanitizer's search for leaks cannot trace what strace does already.
         .environment = {{"NOTIFY_SOCKET", systemd.name()},
                         {"HTTPS_PROXY", ""},
                         {"https_proxy", ""},
                         {"ASAN_OPTIONS", "detect_leaks=0"}}});
    gatepost.start();
    REQUIRE(systemd.wait_for("READY=1") == "READY=1");
    const std::string visitor = R"(,"user":{"email":"a@b.example"},"page":{"url":")" + trap.url() +
                                R"(/page","referrer":")" + trap.url() + R"(/referrer"})";
    REQUIRE(http_connection(gatepost.ingest())
                .post("/v1/events", event_of(pixel_code, "sent", visitor))
                .status == 202);
    REQUIRE(eventually([&] {
        return requests(gatepost, pixel_code, "resolve") +
                   requests(gatepost, pixel_code, "timeout") >
               0;
    }));

    auto now = first;
    const auto go_to = [&](const std::string& next, const std::string& outcome) {
        gatepost.reconfigure('"' + now, '"' + next);
        gatepost.process().signal(SIGHUP);
        now = next;
        // As systemd does: the socket takes ten messages and then no more.
        return systemd.wait_for("READY=1") == "READY=1" &&
               eventually([&] { return requests(gatepost, pixel_code, outcome) > 0; });
    };
    REQUIRE(go_to(bad.url(), "tls"));
    REQUIRE(go_to(redirects.url(), "unexpected")); // 302 is no answer of TikTok's
    REQUIRE(go_to(first + "\", proxy: \"" + proxy.url(), "proxy"));
    REQUIRE(go_to(good.url(), "ok"));
    REQUIRE(http_connection(gatepost.ingest())
                .post("/v1/erasure", R"({"user":{"email":"a@b.example"}})")
                .status == 200);
    gatepost.process().signal(SIGTERM);
    CHECK(systemd.wait_for("STOPPING=1").starts_with("STOPPING=1"));
    CHECK(gatepost.process().wait() == 0);
    REQUIRE(sandbox.events().root().find("events").size() == 1);
    CHECK(trap.connections() == 0);

    const std::set<std::string> configured{
        "127.0.0.1:" + std::to_string(good.port()), "127.0.0.1:" + std::to_string(bad.port()),
        authority_of(redirects.url()), authority_of(proxy.url())};
    const auto calls = read_file(trace);
    auto spoken_to = ends_in(calls, {"connect", "sendto", "sendmsg", "sendmmsg"});
    for (const auto& each : configured) {
        CAPTURE(each);
        CHECK(spoken_to.erase(each) == 1); // the trace shows what there was
    }
    CHECK(spoken_to.erase("unix @\"" + systemd.name().substr(1) + '"') == 1);
    std::erase_if(spoken_to, is_of_the_resolver);
    // The name "localhost" has another address, on which nobody listens.
    for (const auto port : {good.port(), bad.port()}) {
        spoken_to.erase("[::1]:" + std::to_string(port));
    }
    // getaddrinfo(3) asks the kernel which of two it would take, without sending anything.
    spoken_to.erase("127.0.0.1:0");
    spoken_to.erase("[::1]:0");
    CHECK(spoken_to == std::set<std::string>{});

    auto listened_at = ends_in(calls, {"bind"});
    CHECK(listened_at.erase("127.0.0.1:0") == 1);
    listened_at.erase("netlink");
    CHECK(listened_at == std::set<std::string>{});
}

TEST_CASE("outbound: plain HTTP goes to this machine and to no other, whatever a name means") {
    if (skipped(host_names::why_not())) {
        return;
    }
    const temporary_directory directory;
    sandbox_process sandbox(program_under_test(), directory.path(), false);
    const auto url = "http://localhost" + sandbox.url().substr(sandbox.url().rfind(':'));
    const host_names names("192.0.2.7 localhost\n"); // RFC 5737: nobody's
    sidecar gatepost(program_under_test(), directory.path(), {url, ""},
                     {.relay = at_once, .under = names.under()});
    gatepost.start();
    REQUIRE(http_connection(gatepost.ingest())
                .post("/v1/events", event_of(pixel_code, "waits"))
                .status == 202);
    REQUIRE(eventually([&] { return requests(gatepost, pixel_code, "resolve") > 0; }));
    CHECK(log_has(gatepost, "http:// is spoken on loopback only, and this name leads elsewhere"));
    CHECK(delivered(gatepost, pixel_code) == 0);
    // Of several addresses those of this machine are taken.
    names.become("192.0.2.7 localhost\n127.0.0.1 localhost\n");
    CHECK(eventually([&] { return delivered(gatepost, pixel_code) == 1; }));
    CHECK(sandbox.events().root().find("events").size() == 1);
}
