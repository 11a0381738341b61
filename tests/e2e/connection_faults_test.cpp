// What the network, a gateway or a wrong name does to a request, byte for byte, and what becomes of
// its events.

#include "rows.hpp"

#include <algorithm>
#include <map>
#include <support/dead_letters.hpp>
#include <support/scripted_upstream.hpp>
#include <support/temporary_directory.hpp>
#include <vector>

using namespace gatepost;
using namespace gatepost::test;

namespace {

using end = scripted_act::end;

// A daemon whose upstream does as it is told.
class line {
  public:
    explicit line(const upstream_address& to, const std::string& relay = "")
        : gatepost_(program_under_test(), directory_.path(), to,
                    {.relay = std::string(at_once) + ", timeout: {connect: 2s, request: 300ms}" +
                              relay}) {
        gatepost_.start();
    }

    sidecar& gatepost() { return gatepost_; }
    // Queues "e0", "e1", ... as one batch.
    void post(std::size_t count) {
        http_connection over(gatepost_.ingest());
        REQUIRE(over.post("/v1/events", list_of(pixel_code, "e", count)).status == 202);
    }
    bool settles() const {
        return eventually([this] { return gatepost_.unsettled() == 0; });
    }
    bool meets(const char* outcome) const {
        return eventually([&] { return requests(gatepost_, pixel_code, outcome) >= 1; });
    }

  private:
    temporary_directory directory_;
    sidecar gatepost_;
};

// How often the upstream read each event.
std::map<std::string, int> events_in(const scripted_upstream& upstream) {
    std::map<std::string, int> counts;
    for (const auto& request : upstream.received()) {
        const auto body = core::json::parse(request.body);
        if (body) {
            body->root().find("data").each_element([&](core::json::value event) {
                ++counts[std::string(event.find("event_id").text())];
            });
        }
    }
    return counts;
}

bool each_exactly(const std::map<std::string, int>& counts, int times, std::size_t events) {
    return counts.size() == events &&
           std::ranges::all_of(counts, [times](const auto& each) { return each.second == times; });
}

std::string part_of(const std::string& whole, std::size_t bytes) {
    return whole.substr(0, bytes);
}

} // namespace

TEST_CASE(
    "connection faults: a cut, wrong or missing answer is none, and the batch is sent again") {
    struct row {
        const char* what;
        scripted_act act;
        const char* outcome;
    };
    const auto ok = ok_answer();
    const auto head = ok.find("\r\n\r\n") + 4;
    const std::vector<row> table{
        {"reset before the request is read", {.then = end::resets, .reads = false}, "reset"},
        {"closed before the request is read", {.then = end::closes, .reads = false}, "reset"},
        {"reset after the request", {.then = end::resets}, "reset"},
        {"closed after the request", {.then = end::closes}, "reset"},
        {"reset in the head of the answer",
         {.sends = part_of(ok, 20), .then = end::resets},
         "reset"},
        {"closed in the head of the answer",
         {.sends = part_of(ok, 20), .then = end::closes},
         "reset"},
        {"closed behind the head", {.sends = part_of(ok, head), .then = end::closes}, "reset"},
        {"reset in the body of the answer",
         {.sends = part_of(ok, head + 9), .then = end::resets},
         "reset"},
        {"closed in the body of the answer",
         {.sends = part_of(ok, ok.size() - 1), .then = end::closes},
         "reset"},
        {"closed in a chunked body",
         {.sends = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA\r\n{\"code\":0,",
          .then = end::closes},
         "reset"},
        {"nothing comes", {.then = end::hangs}, "timeout"},
        {"the head comes, then nothing",
         {.sends = part_of(ok, head), .then = end::hangs},
         "timeout"},
        {"half of the body comes, then nothing",
         {.sends = part_of(ok, head + 9), .then = end::hangs},
         "timeout"},
        {"no HTTP", {.sends = "SSH-2.0-OpenSSH_9.2\r\n\r\n", .then = end::closes}, "bad_answer"},
        {"a gateway's page",
         {.sends = answer_bytes(502, "<html><h1>502 Bad Gateway</h1></html>")},
         "server_error"},
        {"bytes that are no text", {.sends = answer_bytes(200, "\xff\x00\x01\x80")}, "unexpected"},
        {"an answer cut by its own length",
         {.sends = answer_bytes(200, R"({"code":0,"message")")},
         "unexpected"},
    };
    for (const auto& row : table) {
        CAPTURE(row.what);
        scripted_upstream upstream({row.act});
        line at({upstream.url(), ""});
        at.post(3);
        REQUIRE(at.settles());
        CHECK(requests(at.gatepost(), pixel_code, row.outcome) == 1);
        CHECK(requests(at.gatepost(), pixel_code, "ok") == 1);
        CHECK(delivered(at.gatepost(), pixel_code) == 3);
        CHECK(upstream.received().size() == 2);
        CHECK(each_exactly(events_in(upstream), row.act.reads ? 2 : 1, 3));
        CHECK(dead_letters(at.gatepost().spool()).empty());
    }
}

TEST_CASE("connection faults: a whole answer counts, whatever becomes of the connection after it") {
    for (const auto then : {end::resets, end::closes}) {
        scripted_upstream upstream({{.sends = ok_answer(), .then = then}});
        line at({upstream.url(), ""});
        at.post(3);
        REQUIRE(at.settles());
        CHECK(each_exactly(events_in(upstream), 1, 3));
        CHECK(delivered(at.gatepost(), pixel_code) == 3);
    }
}

TEST_CASE("connection faults: a kept connection that is closed costs a new one, and no failure") {
    scripted_upstream upstream({{.sends = ok_answer()}, {.then = end::resets, .reads = false}});
    line at({upstream.url(), ""});
    at.post(1);
    REQUIRE(at.settles());
    http_connection over(at.gatepost().ingest());
    REQUIRE(over.post("/v1/events", event_of(pixel_code, "second")).status == 202);
    REQUIRE(at.settles());
    CHECK(events_in(upstream) == std::map<std::string, int>{{"e0", 1}, {"second", 1}});
    CHECK(upstream.connections() == 2);
    CHECK(requests(at.gatepost(), pixel_code, "ok") == 2);
    CHECK(requests(at.gatepost(), pixel_code, "reset") == 0);
}

TEST_CASE("connection faults: a redirect is not followed, and the token goes nowhere else") {
    const scripted_upstream elsewhere;
    for (const int status : {301, 302, 303, 307, 308}) {
        CAPTURE(status);
        const auto to = "Location: " + elsewhere.url() + "/open_api/v1.3/event/track/\r\n";
        const scripted_upstream upstream({{.sends = answer_bytes(status, "", to)}});
        line at({upstream.url(), ""});
        at.post(1);
        REQUIRE(at.settles());
        CHECK(requests(at.gatepost(), pixel_code, "unexpected") == 1);
        CHECK(each_exactly(events_in(upstream), 2, 1));
    }
    CHECK(elsewhere.connections() == 0);
}

TEST_CASE("connection faults: 413 while the batch is on its way halves it") {
    const auto refused = answer_bytes(413, "", "Connection: close\r\n");
    scripted_upstream upstream({{.sends = refused, .then = end::closes, .reads = false}});
    line at({upstream.url(), ""});
    at.post(1000);
    REQUIRE(at.settles());
    CHECK(each_exactly(events_in(upstream), 1, 1000));
    CHECK(upstream.received().size() == 3);
    CHECK(requests(at.gatepost(), pixel_code, "too_large") == 1);
}

TEST_CASE("connection faults: a peer that cannot prove its name is sent nothing") {
    const temporary_directory directory;
    const temporary_directory other_directory;
    sandbox_process upstream(program_under_test(), directory.path());
    const sandbox_process other(program_under_test(), other_directory.path());
    const sandbox_process plain(program_under_test(), other_directory.path(), false);
    auto no_tls = plain.url();
    no_tls.replace(0, 4, "https");
    for (const auto& to :
         {upstream_address{upstream.url(), other.ca_file()}, upstream_address{upstream.url(), ""},
          upstream_address{no_tls, other.ca_file()}}) {
        CAPTURE(to.url, to.ca_file);
        line at(to);
        at.post(1);
        REQUIRE(at.meets("tls"));
        CHECK(delivered(at.gatepost(), pixel_code) == 0);
        CHECK(status_of(at.gatepost(), pixel_code).last_outcome == "tls");
        const auto log = read_file(at.gatepost().log_file());
        CHECK(log.find("\"reason\":\"tls\"") != std::string::npos);
        CHECK(log.find(access_token) == std::string::npos);
    }
    CHECK(upstream.events().root().find("requests").integer() == 0);
}

TEST_CASE(
    "connection faults: where nobody is or no name leads, events wait and the cause is named") {
    struct row {
        const char* url;
        const char* outcome;
    };
    const std::vector<row> table{{"https://nobody.invalid", "resolve"},
                                 {"http://127.0.0.1:1", "connect"}};
    for (const auto& row : table) {
        CAPTURE(row.url);
        line at({row.url, ""});
        at.post(2);
        REQUIRE(at.meets(row.outcome));
        CHECK(status_of(at.gatepost(), pixel_code).last_outcome == row.outcome);
        const auto reason = std::string("\"reason\":\"") + row.outcome + '"';
        CHECK(read_file(at.gatepost().log_file()).find(reason) != std::string::npos);
        CHECK(at.gatepost().unsettled() == 2);
        CHECK(dead_letters(at.gatepost().spool()).empty());
    }
}
