// Nothing gets out: whatever an application, a visitor, an operator and the upstream say is marked,
// and everything that the real program writes on the way is searched for the marks.

#include "confidant.hpp"

#include <csignal>
#include <stdexcept>
#include <string>
#include <support/command.hpp>
#include <vector>

using namespace gatepost;
using namespace gatepost::test;

namespace {

constexpr auto spool_files = "file spool/spool.db"; // with its log and index
constexpr auto trail_files = "file spool/audit/";
constexpr auto decisions = "GET /v1/decisions";
constexpr auto dead_list = "GET /v1/dead-letters?limit=100";

// What may stand where, and why.
//
// while_it_waits: the upstream needs it, so it is in the spool until the event is settled: in the
// clear without spool.key_file, and not at all with it.
// as_proof: an event's id, by which an operator finds it again (audit.event_id).
// as_dead_letter: the upstream's own words, which tell an operator what is wrong with an event.
bool may_in_the_clear(const marker& what, const std::string& place) {
    const bool in_spool = place.starts_with(spool_files);
    switch (what.where) {
    case allowed::nowhere:
        return false;
    case allowed::while_it_waits:
        return in_spool;
    case allowed::as_proof:
        return in_spool || place.starts_with(trail_files) || place == decisions ||
               place == dead_list;
    case allowed::as_dead_letter:
        return in_spool || place == dead_list;
    }
    return false;
}

bool may_encrypted(const marker& what, const std::string& place) {
    return !place.starts_with(spool_files) && may_in_the_clear(what, place);
}

// When every event is settled, what was said about it is gone from the disk and from every answer.
bool may_when_settled(const marker& what, const std::string& place) {
    return what.where == allowed::as_proof &&
           (place.starts_with(trail_files) || place == decisions);
}

// The same, while the dead letter of another event is still there.
bool may_beside_a_dead_letter(const marker& what, const std::string& place) {
    return what.where == allowed::as_dead_letter ? may_in_the_clear(what, place)
                                                 : may_when_settled(what, place);
}

std::string member(const std::string& name, const std::string& text) {
    return quoted(name) + ":" + quoted(text);
}

// A visitor with all that may be known of one, each part marked. `kept` says where the part may be
// that the upstream needs.
std::string visitor_of(planted& marks, const std::string& who, bool kept) {
    const auto part = [&](const std::string& name) {
        return kept ? marks.waits(who + "-" + name) : marks.never(who + "-" + name);
    };
    const auto never = [&](const std::string& name) { return marks.never(who + "-" + name); };
    const auto user = [&](const char* name, const std::string& text) { return member(name, text); };
    return R"("user":{)" + user("email", " " + never("Email") + "@Shop.Example") + "," +
           user("external_id", never("external")) + "," + user("first_name", never("First")) + "," +
           user("last_name", never("Last")) + "," + user("zip_code", never("zip")) + "," +
           user("city", part("city")) + "," + user("ttclid", part("ttclid")) + R"(},"page":{)" +
           user("url", "https://" + never("login") + ":pass@shop.example/" + part("path") +
                           "?email=" + never("query") + "%40a.example&token=" +
                           never("query-token") + "&id=" + part("query-id")) +
           "," +
           user("referrer", "https://shop.example/" + part("referrer") + "?name=" +
                                never("query-name") + "#" + never("fragment") + "@a.example") +
           R"(},"properties":{)" + user("description", part("property")) + R"(},"visitor":{)" +
           user("country", "DE") + "," + user("user_agent", part("agent")) + "," +
           user("cookie", "session=" + never("cookie") + "; _ttp=" + part("ttp")) +
           R"(,"headers":{)" + user("x-customer", never("header")) + "}}";
}

// What waits of the visitor in another form than it was given.
void expect_hashes(planted& marks, const std::string& who) {
    const auto text = [&](const std::string& name) {
        for (const auto& each : marks.all()) {
            if (each.name == who + "-" + name) {
                return each.text;
            }
        }
        throw std::logic_error("not planted: " + name);
    };
    const auto lower = [](std::string given) { return output_of("tr A-Z a-z", given); };
    marks.hashed(who + "-Email", lower(text("Email")) + "@shop.example");
    marks.hashed(who + "-external", text("external"));
    marks.hashed(who + "-First", lower(text("First")));
    marks.hashed(who + "-Last", lower(text("Last")));
    marks.hashed(who + "-zip", lower(text("zip")));
}

std::string granted_by(planted& marks, const std::string& who) {
    auto visitor = visitor_of(marks, who, true);
    expect_hashes(marks, who);
    return event_with(marks.proves(who + "-id"), R"("consent":{"marketing":"granted"},)" + visitor);
}

// What is taken: by every way in.
void tell_what_is_kept(confidant& to) {
    auto& marks = to.marks();
    const auto took = [](const http_answer& answer) {
        INFO(answer.body);
        CHECK(answer.status / 100 == 2);
    };
    took(to.post("/v1/events", granted_by(marks, "good"),
                 {{"X-Customer", marks.never("request-header")},
                  {"Cookie", "id=" + marks.never("request-cookie")}}));
    took(to.post("/v1/events",
                 event_with(marks.proves("phone-id"),
                            R"("consent":{"marketing":"granted"},"user":{"phone":")" +
                                marks.keep("phone", "2133734253", allowed::nowhere) +
                                R"(","phone_region":"US"},"visitor":{"ip":")" +
                                marks.keep("address", "203.0.113.77", allowed::while_it_waits) +
                                "\"}")));
    marks.hashed("phone", "+12133734253");
    // Without an id of its own it gets one from the key.
    took(to.post("/v1/events", R"({"event":"Purchase","consent":{"marketing":"granted"}})",
                 {{"Idempotency-Key", marks.never("idempotency-key")},
                  {"X-Forwarded-For",
                   marks.keep("forwarded address", "198.51.100.78", allowed::while_it_waits)},
                  {"User-Agent", marks.waits("request-agent")}}));
    took(to.post("/open_api/v1.3/event/track/",
                 R"({"event_source":"web","event_source_id":")" + std::string(pixel_code) +
                     R"(","data":[)" + granted_by(marks, "track") + "]}",
                 {{"X-Consent-Marketing", "granted"}}));
    took(to.post("/v1/consent",
                 R"({"marketing":"granted",)" + visitor_of(marks, "grants", false) + "}"));
    took(to.post("/v1/erasure", "{" + visitor_of(marks, "erased", false) + "}"));
    took(to.post("/v1/subject", "{" + visitor_of(marks, "asks", false) + "}"));
    took(to.post("/v1/explain", event_with(marks.never("explained-id"),
                                           R"("consent":{"marketing":"granted"},)" +
                                               visitor_of(marks, "explained", false))));
    to.upload("event,event_id,email,event_time,consent\nPurchase," + marks.proves("uploaded-id") +
              "," + marks.never("uploaded-email") + "@a.example,,granted\nPurchase," +
              marks.never("wrong-id") + "," + marks.never("wrong-email") + "@a.example," +
              marks.never("wrong-time") + ",granted\n");
}

// What is not: it is nowhere, and the answers do not repeat it.
void tell_what_is_refused(confidant& to) {
    auto& marks = to.marks();
    const auto answer = to.post("/v1/events", event_with(marks.proves("dropped-id"),
                                                         R"("consent":{"marketing":"denied"},)" +
                                                             visitor_of(marks, "dropped", false)));
    CHECK(verdicts(answer).front().outcome == "dropped");
    to.refused(
        422, "an event with a wrong time",
        to.post("/v1/events", event_with("x", R"("event_time":")" + marks.never("time") + "\"," +
                                                  visitor_of(marks, "rejected", false))));
    to.refused(
        422, "an unknown pixel",
        to.post("/v1/events", event_with("x", R"("pixel":")" + marks.never("pixel") + "\"")));
    to.refused(400, "broken JSON",
               to.post("/v1/events", R"({"event":"P","user":{"email":")" + marks.never("broken")));
    to.refused(400, "a key twice",
               to.post("/v1/events", R"({"event":"P",")" + marks.never("twice") + R"(":1,")" +
                                         marks.all().back().text + "\":1}"));
    to.refused(415, "another type",
               to.post("/v1/events", "x", {{"Content-Type", "text/" + marks.never("type")}}));
    to.refused(404, "another place", to.post("/" + marks.never("target") + "?q=1", "{}"));
    to.refused(422, "a subject without anybody",
               to.post("/v1/subject", "{" + member(marks.never("member"), "x") + "}"));
    to.refused(
        200, "a pixel of TikTok's that is unknown",
        to.post("/open_api/v1.3/event/track/", R"({"event_source":"web","event_source_id":")" +
                                                   marks.never("source") + R"(","data":[]})"));
    const auto raw = [&](const http_connection::headers& headers) {
        return http_connection(to.gatepost().ingest()).post("/v1/events", "{}", headers);
    };
    to.refused(401, "a wrong token", raw({{"Authorization", "Bearer " + marks.never("wrong")}}));
    to.refused(403, "a host", raw({{"Host", marks.never("host") + ".example"}}));
    to.refused(403, "an origin",
               raw({{"Origin", "https://" + marks.never("origin") + ".example"}}));
    to.refused(401, "an operator's wrong token",
               http_connection(to.gatepost().admin())
                   .request("GET", "/v1/status",
                            {{"Authorization", "Bearer " + marks.never("wrong-admin")}}, ""));
    to.refused(404, "an operator's target", to.get("/v1/" + marks.never("admin-target")));
    to.refused(422, "an operator's query",
               to.get("/v1/decisions?since=" + marks.never("admin-query")));
}

void check_leaks(confidant& at, const places& shown,
                 bool (*may)(const marker& what, const std::string& place)) {
    std::string all;
    for (const auto& line : leaks(at.marks(), shown, may)) {
        all += line + "\n";
    }
    CHECK(all == "");
}

void tell_and_search(bool encrypted) {
    const auto may = encrypted ? &may_encrypted : &may_in_the_clear;
    confidant at(encrypted);
    tell_what_is_kept(at);
    tell_what_is_refused(at);
    REQUIRE(at.upstream_failed_as("proxy"));
    at.marks().keep("identity key", read_file(at.gatepost().spool() / "identity.key").substr(0, 64),
                    allowed::nowhere);
    check_leaks(at, at.everything(), may);

    // What is left of a process that was killed, and what the next one makes of it.
    at.gatepost().process().signal(SIGKILL);
    at.gatepost().process().wait();
    check_leaks(at, at.files(), may);
    at.gatepost().start();
    REQUIRE(at.upstream_failed_as("proxy"));
    at.go_to("https://localhost:" + at.sandbox().url().substr(at.sandbox().url().rfind(':') + 1));
    REQUIRE(at.upstream_failed_as("tls")); // there is no TLS spoken
    check_leaks(at, at.everything(), may);

    // An upstream that repeats what is wrong with an event.
    const auto email = at.marks().dies("repeated");
    at.sandbox().control(R"({"code":40002,"event":"dead-letter","message":"email: )" + email +
                         R"(: not valid"})");
    const auto dead =
        at.post("/v1/events", event_with("dead-letter", R"("consent":{"marketing":)"
                                                        R"("granted"},"user":{"email":")" +
                                                            email + "@a.example\"}"));
    REQUIRE(dead.status == 202);
    at.go_to(at.sandbox().url());
    REQUIRE(at.counts("gatepost_spool_events{state=\"dead\"} 1\n"));
    REQUIRE(at.counts("gatepost_spool_events{state=\"waiting\"} 0\n"));
    const auto may_now = encrypted ? &may_encrypted : &may_beside_a_dead_letter;
    CHECK(at.is_gone_from_files(may_now));
    check_leaks(at, at.everything(), may_now);
    const auto listed = at.get("/v1/dead-letters?limit=100").body;
    CHECK_FALSE(searched(listed).writing_of(email).empty()); // the search does find what is there

    // Settled, all of it: gone from the disk, the logs of its files included.
    REQUIRE(at.ask("DELETE", "/v1/dead-letters", R"({"reason":"invalid"})").status == 200);
    CHECK(at.is_gone_from_files(&may_when_settled));
    check_leaks(at, at.everything(), &may_when_settled);
    CHECK(at.stop() == 0);
    auto left = at.files();
    left["log"] = at.log();
    left["output"] = at.output();
    check_leaks(at, left, &may_when_settled);
}

} // namespace

TEST_CASE("markers: the search finds a text in whatever way it is written") {
    const std::string text = "Zq7EmailQ7z";
    for (const auto* const command :
         {"cat", "tr A-Z a-z", "base64", "sed 's/^/x/' | base64", "sed 's/^/xy/' | base64",
          "basenc --base64url", "od -An -v -tx1 | tr -d ' \\n'",
          "od -An -v -tx1 | tr -d ' \\n' | tr a-f A-F", "od -An -v -tx1 | tr ' ' %"}) {
        CAPTURE(command);
        const searched there("before " + output_of(command, text) + " after");
        CHECK_FALSE(there.writing_of(text).empty());
    }
    CHECK(searched("Zq7EmailQ7 z and sha256 of it").writing_of(text).empty());
}

TEST_CASE("markers: what is told to the program stands nowhere but where it may") {
    tell_and_search(false);
}

TEST_CASE("markers: with spool.key_file nothing of an event stands in the spool's files") {
    tell_and_search(true);
}
