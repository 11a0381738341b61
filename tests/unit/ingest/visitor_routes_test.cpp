#include "visitor_books.hpp"

#include <gatepost/core/json.hpp>
#include <gatepost/core/text.hpp>
#include <gatepost/ingest/visitor_routes.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <optional>
#include <support/command.hpp>
#include <support/fake_clock.hpp>

using namespace gatepost;
using namespace gatepost::test;
using kind = core::subject_key::kind;
using strings = std::vector<std::string>;

namespace {

const std::string secret = "0123456789abcdef0123456789abcdef";
constexpr auto pixel = "C0EXAMPLE0PIXEL0CODE";
constexpr auto other_pixel = "C0EXAMPLE0OTHER0CODE";
const auto now = core::to_seconds(fake_clock::start);

// What a visitor is known by, as another program computes it.
core::subject_key openssl_key(kind type, const std::string& text) {
    const auto hex = test::output_of(
        "openssl dgst -sha256 -mac HMAC -macopt hexkey:" + core::to_hex(secret) + " -r", text);
    return {type,
            {std::stoull(hex.substr(0, 16), nullptr, 16),
             std::stoull(hex.substr(16, 16), nullptr, 16)}};
}

std::string sha256(const std::string& text) {
    return test::output_of("sha256sum", text).substr(0, 64);
}

struct office {
    explicit office(ingest::options given, core::wall_time newest = {})
        : chosen(std::move(given)), order(newest) {}
    explicit office(core::wall_time newest = {})
        : office(ingest::options{.pixels = {{.id = pixel}}}, newest) {}

    ingest::options chosen;
    walked_queue queue;
    told_registry registry;
    told_audit trail;
    ingest::arrivals order;
    ingest::sweeper sweeper{queue, registry, order};
    fake_clock clock;
    ingest::visitor_routes routes{chosen,
                                  {},
                                  identity::instance_key(core::secret_string(secret)),
                                  {registry, trail, queue, sweeper, order, clock}};

    net::response post(std::string_view path, std::string body, ingest::caller by = {}) {
        boost::asio::io_context context;
        std::optional<net::response> answered;
        boost::asio::co_spawn(context, routes.answer(path, std::move(by), std::move(body)),
                              [&](const std::exception_ptr& escaped, net::response given) {
                                  if (!escaped) {
                                      answered = std::move(given);
                                  }
                              });
        context.run();
        return answered.value();
    }
    core::json::document post_ok(std::string_view path, std::string body, ingest::caller by = {}) {
        const auto answered = post(path, std::move(body), std::move(by));
        INFO(answered.body);
        REQUIRE(answered.status == 200);
        return core::json::parse(answered.body).value();
    }
    const ledger::subject& last_known() const { return registry.choices.at(0).who; }
};

ingest::options two_controllers() {
    return {.pixels = {{.id = pixel}, {.id = other_pixel, .controller = "brand"}}};
}

std::string error_code(const net::response& answered) {
    return std::string(core::json::parse(answered.body)->root().find("error").find("code").text());
}

std::string error_path(const net::response& answered) {
    return std::string(core::json::parse(answered.body)->root().find("error").find("path").text());
}

ingest::caller with_cookie(std::string cookie) {
    ingest::caller by;
    by.cookie = std::move(cookie);
    return by;
}

const std::string alice = R"("user":{"email":" Alice@Example.com"})";

held_event of_alice(std::string id) {
    return {.event_id = std::move(id),
            .subjects = {openssl_key(kind::email, "email:" + sha256("alice@example.com"))}};
}

} // namespace

TEST_CASE("consent: a withdrawal is recorded, and what waits of the visitor goes") {
    office at;
    at.queue.held = {of_alice("1"), of_alice("2"), {.event_id = "another's"}};
    at.queue.held[1].dead = true;
    const auto answered = at.post("/v1/consent", R"({"marketing":"denied",)" + alice + "}");
    CHECK(answered.status == 200);
    CHECK(answered.body ==
          R"({"recorded":true,"deleted":2,"in_flight":0,"complete":true,"warnings":[]})");
    REQUIRE(at.registry.choices.size() == 1);
    CHECK(at.registry.choices[0].said == ledger::choice::denied);
    CHECK(at.registry.choices[0].at == now);
    CHECK(at.registry.choices[0].who.controller == "default");
    CHECK(at.queue.ids() == strings{"another's"});
    CHECK(at.trail.erased.empty());
}

TEST_CASE("consent: a grant is recorded and sweeps nothing") {
    office at;
    at.queue.held = {of_alice("1")};
    const auto answered =
        at.post_ok("/v1/consent", R"({"marketing":"granted","at":1795340000,)" + alice + "}");
    CHECK(answered.root().find("recorded").boolean() == true);
    CHECK(answered.root().find("deleted").integer() == 0);
    CHECK(answered.root().find("complete").boolean() == true);
    CHECK(at.registry.choices.at(0).said == ledger::choice::granted);
    CHECK(at.registry.choices[0].at ==
          std::chrono::sys_seconds(std::chrono::seconds(1'795'340'000)));
    CHECK(at.queue.walks == 0);
}

TEST_CASE("consent: when a newer choice is held, the answer says that nothing was recorded") {
    office at;
    at.registry.newer_is_held = true;
    const auto answered =
        at.post_ok("/v1/consent", R"({"marketing":"denied","at":1,)" + alice + "}");
    CHECK(answered.root().find("recorded").boolean() == false);
    CHECK(answered.root().find("complete").boolean() == true);
}

TEST_CASE("consent: a visitor is known by what TikTok gets hashed, and by the ids as they are") {
    office at;
    at.post_ok("/v1/consent", R"({"marketing":"granted",
        "user":{"email":" Alice@Example.com","phone":"+1 (213) 373-4253","external_id":" user_123"},
        "visitor":{"cookie":"a=b; _ttp=2F7h37YkS1j57AYSKTI7IHhJPYH; ttclid=E.C.P.abc"}})");
    CHECK(at.last_known().keys ==
          std::vector{
              openssl_key(kind::email, "email:" + sha256("alice@example.com")),
              openssl_key(kind::phone, "phone:" + sha256("+12133734253")),
              openssl_key(kind::external_id, "external_id:" + sha256("user_123")),
              openssl_key(kind::ttp, "ttp:2F7h37YkS1j57AYSKTI7IHhJPYH"),
              openssl_key(kind::ttclid, "ttclid:E.C.P.abc"),
          });
}

TEST_CASE("consent: the request's own cookies count when the body says nothing of cookies") {
    const auto of_request = openssl_key(kind::ttp, "ttp:request");
    const auto of_body = openssl_key(kind::ttp, "ttp:body");
    struct row {
        std::string visitor;
        std::vector<core::subject_key> keys;
    };
    const auto each = GENERATE_REF(values<row>({
        {"{}", {of_request}},
        {R"({"headers":{"Sec-GPC":"1"}})", {of_request}},
        {R"({"cookie":"_ttp=body"})", {of_body}},
        {R"({"headers":{"cookie":"_ttp=body"}})", {of_body}},
    }));
    CAPTURE(each.visitor);
    office at;
    at.post_ok("/v1/consent", R"({"marketing":"denied","visitor":)" + each.visitor + "}",
               with_cookie("x=y; _ttp=request"));
    CHECK(at.last_known().keys == each.keys);
}

TEST_CASE("consent: an empty cookie in the body is the visitor's, not the request's") {
    office at;
    const auto answered =
        at.post("/v1/consent", R"({"marketing":"denied","visitor":{"cookie":""}})",
                with_cookie("_ttp=request"));
    CHECK(answered.status == 422);
    CHECK(error_code(answered) == "no_identifier");
}

TEST_CASE("visitor routes: nothing to know the visitor by is an error") {
    const auto path = GENERATE(as<std::string>(), "/v1/consent", "/v1/erasure", "/v1/subject");
    const auto who = GENERATE(as<std::string>(), "{}", R"({"external_id":"guest"})",
                              R"({"external_id":[" GUEST ","0"]})", R"({"email":"nobody"})",
                              R"({"email":"","external_id":"null"})");
    CAPTURE(path, who);
    office at;
    const auto answered = at.post(path, R"({"marketing":"denied","user":)" + who + "}");
    CHECK(answered.status == 422);
    CHECK(error_code(answered) == "no_identifier");
    CHECK(at.registry.choices.empty());
    CHECK(at.queue.walks == 0);
}

TEST_CASE("consent: a placeholder beside another identifier is no key") {
    office at;
    at.post_ok("/v1/consent",
               R"({"marketing":"denied","user":{"external_id":"guest","ttp":"abc"}})");
    CHECK(at.last_known().keys == std::vector{openssl_key(kind::ttp, "ttp:abc")});
}

TEST_CASE("consent: a statement that says nothing clear is refused, by its path") {
    const auto said = GENERATE(as<std::string>(), "", R"("marketing":"yes",)", R"("marketing":"",)",
                               R"("marketing":true,)", R"("marketing":null,)");
    CAPTURE(said);
    office at;
    const auto answered = at.post("/v1/consent", "{" + said + alice + "}");
    CHECK(answered.status == 422);
    CHECK(error_code(answered) == "invalid_statement");
    CHECK(error_path(answered) == "/marketing");
    CHECK(at.registry.choices.empty());
}

TEST_CASE("consent: a time up to 5 minutes ahead is now, and a later one is refused") {
    office at;
    const auto post = [&](std::chrono::seconds ahead) {
        const auto time = (now + ahead).time_since_epoch().count();
        return at.post("/v1/consent",
                       R"({"marketing":"denied","at":)" + std::to_string(time) + "," + alice + "}");
    };
    CHECK(post(std::chrono::minutes(5)).status == 200);
    CHECK(at.registry.choices.at(0).at == now);
    const auto refused = post(std::chrono::minutes(5) + std::chrono::seconds(1));
    CHECK(refused.status == 422);
    CHECK(error_code(refused) == "invalid_statement");
    CHECK(error_path(refused) == "/at");
    CHECK(at.registry.choices.size() == 1);
}

TEST_CASE("consent: the scope is the controller of the pixel") {
    office at(two_controllers());
    const auto post = [&](const std::string& named) {
        return at.post("/v1/consent", R"({"marketing":"denied",)" + named + alice + "}");
    };
    CHECK(post(std::string(R"("pixel":")") + other_pixel + "\",").status == 200);
    CHECK(at.last_known().controller == "brand");
    const auto unknown = post(R"("pixel":"C0UNKNOWN",)");
    CHECK(unknown.status == 422);
    CHECK(error_code(unknown) == "unknown_pixel");
    CHECK(error_path(unknown) == "/pixel");
    const auto unnamed = post("");
    CHECK(unnamed.status == 422);
    CHECK(error_code(unnamed) == "unknown_pixel");
    CHECK(error_path(unnamed) == "/pixel");
    CHECK(at.registry.choices.size() == 1);
}

TEST_CASE("consent: without a pixel the one controller of all pixels is meant") {
    office at({.pixels = {{.id = pixel, .controller = "shop"},
                          {.id = other_pixel, .controller = "shop"}}});
    at.post_ok("/v1/consent", R"({"marketing":"denied",)" + alice + "}");
    CHECK(at.last_known().controller == "shop");
}

TEST_CASE("visitor routes: bodies that are no statement are refused as events' bodies are") {
    const auto path = GENERATE(as<std::string>(), "/v1/consent", "/v1/erasure", "/v1/subject");
    office at;
    CHECK(at.post(path, "{").status == 400);
    CHECK(error_code(at.post(path, "{")) == "invalid_json");
    CHECK(at.post(path, "[]").status == 400);
    CHECK(error_code(at.post(path, "[]")) == "invalid_body");
    const auto wrong = at.post(path, R"({"user":"secret"})");
    CHECK(wrong.status == 422);
    CHECK(error_code(wrong) == "invalid_statement");
    CHECK(error_path(wrong) == "/user");
    CHECK(wrong.body.find("secret") == std::string::npos);
}

TEST_CASE("visitor routes: a hundred identifiers are one visitor's, more are not") {
    office at;
    const auto ids = [](int count) {
        std::string list;
        for (int i = 0; i < count; ++i) {
            list += (i == 0 ? "\"" : ",\"") + std::to_string(1000 + i) + "\"";
        }
        return R"({"user":{"external_id":[)" + list + "]}}";
    };
    CHECK(at.post("/v1/erasure", ids(100)).status == 200);
    CHECK(at.last_known().keys.size() == 100);
    const auto refused = at.post("/v1/erasure", ids(101));
    CHECK(refused.status == 422);
    CHECK(error_path(refused) == "/user/external_id");
}

TEST_CASE("visitor routes: warnings name what was left out and never what was sent") {
    office at;
    const auto answered = at.post_ok(
        "/v1/erasure", R"({"user":{"ttp":"abc","phone":"5550100","email":"nobody"},"extra":1})");
    strings warnings;
    answered.root().find("warnings").each_element([&](core::json::value each) {
        warnings.emplace_back(each.text());
    });
    CHECK(warnings == strings{"1 unknown key; left out", "/user/email: no @; left out",
                              "/user/phone: no country code and no region; left out"});
}

TEST_CASE("visitor routes: a registry that cannot be written is a 503 to try again") {
    const auto path = GENERATE(as<std::string>(), "/v1/consent", "/v1/erasure");
    office at;
    at.registry.failure = make_error_code(boost::system::errc::io_error);
    at.queue.held = {of_alice("1")};
    const auto answered = at.post(path, R"({"marketing":"denied",)" + alice + "}");
    CHECK(answered.status == 503);
    CHECK(error_code(answered) == "registry_unavailable");
    REQUIRE(answered.headers.size() == 1);
    CHECK(answered.headers[0].first == "Retry-After");
    CHECK(answered.body.find("lice") == std::string::npos);
    CHECK(at.trail.erased.empty());
}

TEST_CASE("erasure: the visitor is recorded as erased, swept, and taken out of the audit trail") {
    office at;
    at.queue.held = {of_alice("1"), of_alice("on its way"), {.event_id = "another's"}};
    at.queue.held[1].leased = true;
    const auto answered = at.post("/v1/erasure", "{" + alice + "}");
    CHECK(answered.status == 200);
    CHECK(answered.body ==
          R"({"recorded":true,"deleted":1,"in_flight":1,"complete":true,"warnings":[]})");
    REQUIRE(at.registry.choices.size() == 1);
    CHECK(at.registry.choices[0].said == ledger::choice::erased);
    CHECK(at.registry.choices[0].at == now);
    CHECK(at.queue.ids() == strings{"another's"});
    REQUIRE(at.trail.erased.size() == 1);
    CHECK(at.trail.erased[0].controller == "default");
    CHECK(at.trail.erased[0].keys == at.last_known().keys);
}

TEST_CASE("erasure: everything received so far is withdrawn, and what comes later is not") {
    office at;
    const auto before = at.order.event(fake_clock::start).received();
    at.post_ok("/v1/erasure", "{" + alice + "}");
    const auto after = at.order.event(fake_clock::start).received();
    REQUIRE(at.registry.withdrawn.size() == 1);
    CHECK(at.registry.withdrawn[0].first.keys == at.last_known().keys);
    CHECK(at.registry.withdrawn[0].second >= before);
    CHECK(at.registry.withdrawn[0].second < after);
}

TEST_CASE("visitor routes: what is said with the clock set back comes after what was held before") {
    const auto newest = fake_clock::start + std::chrono::hours(24 * 365);
    office at(newest);
    const auto body = GENERATE(as<std::string>{}, R"({"marketing":"denied",)", "{") + alice + "}";
    at.post_ok(body.starts_with(R"({"m)") ? "/v1/consent" : "/v1/erasure", body);
    REQUIRE(at.registry.choices.size() == 1);
    CHECK(at.registry.choices[0].at == core::to_seconds(newest));
    REQUIRE(at.registry.withdrawn.size() == 1);
    CHECK(at.registry.withdrawn[0].second >= newest);
}

TEST_CASE("erasure: an audit trail that cannot be written is a 503 to try again") {
    office at;
    at.trail.failure = make_error_code(boost::system::errc::io_error);
    const auto answered = at.post("/v1/erasure", "{" + alice + "}");
    CHECK(answered.status == 503);
    CHECK(error_code(answered) == "audit_unavailable");
}

TEST_CASE("subject: shows what is held about this visitor, and changes nothing") {
    office at;
    at.queue.held = {of_alice("1"), {.event_id = "another's"}, of_alice("2"), of_alice("3")};
    at.queue.held[2].dead = true;
    at.queue.held[3].controller = "brand";
    const auto email = of_alice("").subjects.front();
    at.registry.held = {
        {.key = email, .said = ledger::choice::denied, .said_at = now, .gpc_at = std::nullopt},
        {.key = {kind::ttclid, {1, 2}}, .said = std::nullopt, .said_at = {}, .gpc_at = now}};
    at.registry.forbid({"default", {email}});
    at.trail.lines = {R"({"outcome":"delivered"})", R"({"outcome":"refused"})"};
    const auto answered = at.post("/v1/subject", "{" + alice + "}");
    CHECK(answered.status == 200);
    CHECK(answered.body ==
          R"({"waiting":[{"pixel":"C0EXAMPLE0PIXEL0CODE","event":"Purchase","event_id":"1",)"
          R"("event_time":5,"received":7,"payload":{"event":"Purchase"},)"
          R"("evidence":{"decision":{"action":"send"}}}],)"
          R"("dead_letters":[{"pixel":"C0EXAMPLE0PIXEL0CODE","event":"Purchase","event_id":"2",)"
          R"("event_time":5,"received":7,"reason":"invalid","payload":{"event":"Purchase"},)"
          R"("evidence":{"decision":{"action":"send"}}}],)"
          R"("registry":[{"kind":"email","state":"denied","at":1795348800},)"
          R"({"kind":"ttclid","gpc":1795348800}],)"
          R"("audit":[{"outcome":"delivered"},{"outcome":"refused"}],)"
          R"("complete":true,"warnings":[]})");
    CHECK(at.queue.held.size() == 4);
    CHECK(at.registry.choices.empty());
    CHECK(at.registry.withdrawn.empty());
    CHECK(at.registry.sweeps_begun == 0);
    CHECK(at.trail.erased.empty());
}

TEST_CASE("subject: shows what came before the pixel's controller was renamed") {
    office at({.pixels = {{.id = pixel, .controller = "renamed"}}});
    at.registry.controllers = {{pixel, "renamed"}};
    at.queue.held = {of_alice("before"), of_alice("dead"), {.event_id = "another's"}};
    at.queue.held[1].dead = true;
    const auto answered = at.post_ok("/v1/subject", "{" + alice + "}");
    REQUIRE(answered.root().find("waiting").size() == 1);
    REQUIRE(answered.root().find("dead_letters").size() == 1);
    const auto gone = at.post_ok("/v1/erasure", "{" + alice + "}");
    CHECK(gone.root().find("deleted").integer() == 2);
    CHECK(at.queue.ids() == strings{"another's"});
}

TEST_CASE("subject: an answer that would be too large is cut, and says so") {
    office at;
    auto large = of_alice("1");
    large.payload = "\"" + std::string(3 << 20, 'x') + "\"";
    at.queue.held = {large, large, large};
    const auto answered = at.post_ok("/v1/subject", "{" + alice + "}");
    CHECK(answered.root().find("waiting").size() == 2);
    CHECK(answered.root().find("complete").boolean() == false);
}

TEST_CASE("visitor routes: events that cannot be read make an answer incomplete") {
    office at;
    at.queue.held = {of_alice("1")};
    at.queue.failure = make_error_code(spool::errc::unreadable);
    const auto shown = at.post_ok("/v1/subject", "{" + alice + "}");
    CHECK(shown.root().find("waiting").size() == 1);
    CHECK(shown.root().find("complete").boolean() == false);
    const auto gone = at.post_ok("/v1/erasure", "{" + alice + "}");
    CHECK(gone.root().find("deleted").integer() == 1);
    CHECK(gone.root().find("complete").boolean() == false);
    CHECK(at.registry.sweeps_finished.empty());
}

TEST_CASE("subject: at most 10,000 audit lines, and a full answer of them says so") {
    office at;
    at.trail.lines.assign(10'000, "{}");
    const auto answered = at.post_ok("/v1/subject", "{" + alice + "}");
    CHECK(at.trail.most == 10'000);
    CHECK(answered.root().find("audit").size() == 10'000);
    CHECK(answered.root().find("complete").boolean() == false);
}

TEST_CASE("subject: a spool or a trail that cannot be read is a 503") {
    office spool_fails;
    spool_fails.queue.failure = make_error_code(spool::errc::io);
    const auto without_spool = spool_fails.post("/v1/subject", "{" + alice + "}");
    CHECK(without_spool.status == 503);
    CHECK(error_code(without_spool) == "spool_unavailable");
    office trail_fails;
    trail_fails.trail.failure = make_error_code(boost::system::errc::io_error);
    const auto without_trail = trail_fails.post("/v1/subject", "{" + alice + "}");
    CHECK(without_trail.status == 503);
    CHECK(error_code(without_trail) == "audit_unavailable");
}
