// Dead letters through the operators' routes, over a real spool and registry.

#include "admin_fixture.hpp"

#include <gatepost/core/json.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <future>
#include <string>
#include <support/eventually.hpp>
#include <support/sealed_record_factory.hpp>
#include <vector>

using namespace gatepost;
using namespace gatepost::test;

namespace {

constexpr auto path = "/v1/dead-letters";
constexpr auto replay_path = "/v1/dead-letters/replay";

core::json::document parsed(const net::response& answer) {
    INFO(answer.status << ": " << answer.body);
    return core::json::parse(answer.body).value();
}

// "<id>: <reason>" of each.
std::vector<std::string> refusals(const net::response& answer) {
    std::vector<std::string> all;
    const auto body = parsed(answer);
    body.root().find("refused").each_element([&](core::json::value each) {
        all.push_back(std::to_string(each.find("id").integer().value()) + ": " +
                      std::string(each.find("reason").text()));
    });
    return all;
}

struct dead_letter_fixture : admin_fixture {
    static constexpr auto pixel = "C0EXAMPLE";

    dead_letter_fixture() {
        core::pixel_status configured;
        configured.id = pixel;
        status.told.pixels = {configured};
    }

    static core::subject_key key_of(const std::string& event_id) {
        return {core::subject_key::kind::email, {std::hash<std::string>{}(event_id), 1}};
    }

    void flush() { append({}); }

    void append(std::vector<core::sealed_record> records) {
        std::promise<bool> done;
        queue->append(std::move(records), [&](const auto& given) {
            done.set_value(given && std::ranges::all_of(*given, [](spool::append_status each) {
                               return each == spool::append_status::queued;
                           }));
        });
        REQUIRE(done.get_future().get());
    }

    // An event that waits; its visitor is another one for each event_id.
    void add(const std::string& event_id, const std::string& to = pixel) {
        core::record content{
            .pixel = to,
            .event = "Purchase",
            .event_id = event_id,
            .controller = "default",
            .variant = "",
            .payload = R"({"planted":"payload-of-)" + event_id + "\"}",
            .evidence = R"({"planted":"evidence"})",
            .duplicate_key = {std::hash<std::string>{}(to), std::hash<std::string>{}(event_id)},
            .subjects = {key_of(event_id)},
            .event_time = core::to_seconds(clock.wall()),
            .received = clock.wall()};
        std::vector<core::sealed_record> records;
        records.push_back(tiktok::encoder::seal(std::move(content)));
        append(std::move(records));
    }

    // An event that TikTok has refused.
    void add_dead(const std::string& event_id, const std::string& reason = "invalid",
                  const std::string& of = pixel) {
        add(event_id, of);
        std::vector<spool::settlement> settlements;
        for (const auto& each : queue->lease(of, {}).value()) {
            settlements.push_back({.id = each.id,
                                   .how = spool::settled_as::dead,
                                   .reason = reason,
                                   .code = 40002,
                                   .message = "Batch.0.event: Not a valid choice.",
                                   .request_id = "R-" + event_id,
                                   .attempts = 2});
        }
        queue->settle(of, std::move(settlements));
        flush();
    }

    std::vector<std::string> listed(const std::string& query = "") {
        const auto answer = ask(operators(), "GET", path + query);
        REQUIRE(answer.status == 200);
        const auto body = parsed(answer);
        std::vector<std::string> ids;
        body.root().find("dead_letters").each_element([&](core::json::value each) {
            ids.emplace_back(each.find("event_id").text());
        });
        return ids;
    }
    // By the event's id, as the list says.
    std::int64_t id_of(const std::string& event_id) {
        const auto body = parsed(ask(operators(), "GET", path));
        std::int64_t id = 0;
        body.root().find("dead_letters").each_element([&](core::json::value each) {
            if (each.find("event_id").text() == event_id) {
                id = each.find("id").integer().value();
            }
        });
        REQUIRE(id != 0);
        return id;
    }
    std::string ids(const std::vector<std::string>& event_ids) {
        std::string list;
        for (const auto& each : event_ids) {
            list += (list.empty() ? "" : ",") + std::to_string(id_of(each));
        }
        return R"({"ids":[)" + list + "]}";
    }
    std::vector<std::string> waiting() {
        std::vector<std::string> event_ids;
        for (const auto& each : queue->lease(pixel, {}).value()) {
            event_ids.push_back(each.event_id);
        }
        return event_ids;
    }
    void withdraw(const std::string& event_id, const std::string& controller = "default") {
        std::promise<core::error_code> kept;
        registry->record({controller, {key_of(event_id)}}, ledger::choice::denied,
                         core::to_seconds(clock.wall()),
                         [&](core::error_code failed) { kept.set_value(failed); });
        REQUIRE_FALSE(kept.get_future().get());
    }
};

using strings = std::vector<std::string>;

} // namespace

TEST_CASE_METHOD(dead_letter_fixture, "dead letters: listed with what TikTok said of them") {
    add_dead("order-1");
    const auto answer = ask(operators(), "GET", path);
    CHECK(answer.status == 200);
    const auto body = parsed(answer);
    REQUIRE(body.root().find("dead_letters").size() == 1);
    const auto letter = body.root().find("dead_letters").at(0);
    CHECK(letter.find("id").integer().value_or(0) > 0);
    CHECK(letter.find("pixel").text() == pixel);
    CHECK(letter.find("event").text() == "Purchase");
    CHECK(letter.find("event_id").text() == "order-1");
    CHECK(letter.find("reason").text() == "invalid");
    CHECK(letter.find("code").integer() == 40002);
    CHECK(letter.find("message").text() == "Batch.0.event: Not a valid choice.");
    CHECK(letter.find("request_id").text() == "R-order-1");
    CHECK(letter.find("attempts").integer() == 2);
    CHECK(letter.find("at").integer() == 1'795'348'800);
    CHECK(letter.size() == 10);
    CHECK_THAT(answer.body, !Catch::Contains("planted"));
}

TEST_CASE_METHOD(dead_letter_fixture, "dead letters: the newest come first, as many as asked for") {
    CHECK(listed().empty());
    add_dead("order-1");
    add_dead("order-2", "failed_event");
    add_dead("order-3");
    CHECK(listed() == strings{"order-3", "order-2", "order-1"});
    CHECK(listed("?limit=2") == strings{"order-3", "order-2"});
    CHECK(listed("?reason=failed_event") == strings{"order-2"});
    CHECK(listed("?limit=1&reason=invalid") == strings{"order-3"});
    CHECK(listed("?reason=expired").empty());
    CHECK(listed("?reason=") == listed());
    CHECK(ask(operators(), "HEAD", path).status == 200);
}

TEST_CASE_METHOD(dead_letter_fixture, "dead letters: a query that says nothing usable is refused") {
    const auto query =
        GENERATE(as<std::string>(), "?limit=0", "?limit=1001", "?limit=-1", "?limit=ten",
                 "?limit=", "?reason=planted", "?reason=Invalid", "?reason=invalid,expired");
    CAPTURE(query);
    const auto answer = ask(operators(), "GET", path + query);
    CHECK(answer.status == 422);
    CHECK(parsed(answer).root().find("error").find("code").text() == "invalid_query");
    CHECK_THAT(answer.body, !Catch::Contains("planted"));
}

TEST_CASE_METHOD(dead_letter_fixture, "dead letters: their own retention deletes them") {
    add_dead("order-1");
    clock.advance(core::days(30) + std::chrono::seconds(1));
    CHECK(eventually([&] {
        flush(); // upkeep follows commits
        return listed().empty();
    }));
    CHECK(queue->count().dead == 0);
}

TEST_CASE_METHOD(dead_letter_fixture, "dead letters: replayed ones wait again under their ids") {
    for (const auto* const id : {"order-1", "order-2", "order-3"}) {
        add_dead(id);
    }
    const auto answer = ask(operators(), "POST", replay_path, ids({"order-3", "order-1"}));
    CHECK(answer.status == 200);
    CHECK(answer.body == R"({"replayed":2,"refused":[]})");
    CHECK(listed() == strings{"order-2"});
    CHECK(waiting() == strings{"order-1", "order-3"});
}

TEST_CASE_METHOD(dead_letter_fixture, "dead letters: a reason chooses all that died of it") {
    add_dead("order-1");
    add_dead("order-2", "failed_event");
    add_dead("order-3");
    const auto answer = ask(operators(), "POST", replay_path, R"({"reason":"invalid"})");
    CHECK(answer.body == R"({"replayed":2,"refused":[]})");
    CHECK(listed() == strings{"order-2"});
    CHECK(waiting() == strings{"order-1", "order-3"});
    CHECK(ask(operators(), "POST", replay_path, R"({"reason":"expired"})").body ==
          R"({"replayed":0,"refused":[]})");
}

TEST_CASE_METHOD(dead_letter_fixture, "dead letters: whose visitor withdrew is not replayed") {
    add_dead("alices");
    add_dead("bobs");
    withdraw("alices");
    const auto alices = id_of("alices");
    const auto answer = ask(operators(), "POST", replay_path, R"({"reason":"invalid"})");
    CHECK(answer.status == 200);
    CHECK(parsed(answer).root().find("replayed").integer() == 1);
    CHECK(refusals(answer) == strings{std::to_string(alices) + ": withdrawn"});
    CHECK(waiting() == strings{"bobs"});
    CHECK(listed() == strings{"alices"});
}

TEST_CASE_METHOD(dead_letter_fixture,
                 "dead letters: a withdrawal under the pixel's present controller is heeded") {
    add_dead("alices");
    add_dead("bobs");
    registry->use_controllers({{pixel, "renamed"}});
    withdraw("alices", "renamed");
    withdraw("bobs", "another");
    const auto alices = id_of("alices");
    const auto answer = ask(operators(), "POST", replay_path, R"({"reason":"invalid"})");
    CHECK(refusals(answer) == strings{std::to_string(alices) + ": withdrawn"});
    CHECK(waiting() == strings{"bobs"});
}

TEST_CASE_METHOD(dead_letter_fixture,
                 "dead letters: what cannot be sent is refused, and says which and why") {
    add_dead("gone", "invalid", "C0NOT0CONFIGURED");
    add_dead("again");
    add_dead("good");
    add("again"); // a dead event's id is free
    const auto gone = id_of("gone");
    const auto again = id_of("again");
    const auto good = id_of("good");
    const auto none = std::max({gone, again, good}) + 1000;
    std::string list;
    for (const auto id : {gone, again, none, good, good}) {
        list += (list.empty() ? "" : ",") + std::to_string(id);
    }
    const auto answer = ask(operators(), "POST", replay_path, R"({"ids":[)" + list + "]}");
    CHECK(answer.status == 200);
    CHECK(parsed(answer).root().find("replayed").integer() == 1);
    auto why = refusals(answer);
    std::ranges::sort(why);
    strings expected{std::to_string(gone) + ": unknown_pixel",
                     std::to_string(again) + ": duplicate", std::to_string(none) + ": not_found"};
    std::ranges::sort(expected);
    CHECK(why == expected);
    CHECK(listed() == strings{"again", "gone"});
    CHECK(waiting() == strings{"again", "good"});
}

TEST_CASE_METHOD(dead_letter_fixture, "dead letters: deleted by id or by reason") {
    add_dead("order-1");
    add_dead("order-2", "failed_event");
    add_dead("order-3");
    CHECK(ask(operators(), "DELETE", path, ids({"order-3"})).body == R"({"deleted":1})");
    CHECK(listed() == strings{"order-2", "order-1"});
    CHECK(ask(operators(), "DELETE", path, R"({"ids":[987654321]})").body == R"({"deleted":0})");
    CHECK(ask(operators(), "DELETE", path, R"({"reason":"invalid"})").body == R"({"deleted":1})");
    CHECK(listed() == strings{"order-2"});
    CHECK(waiting().empty());
}

TEST_CASE_METHOD(dead_letter_fixture,
                 "dead letters: a body that does not choose clearly changes nothing") {
    struct row {
        std::string body;
        unsigned status;
        const char* code;
        const char* at;
    };
    std::string many = "1";
    for (int i = 0; i < 10'000; ++i) {
        many += ",1";
    }
    const auto wrong = GENERATE_COPY(values<row>({
        {"", 400, "invalid_json", ""},
        {"planted", 400, "invalid_json", ""},
        {"{}", 422, "invalid_selection", ""},
        {"[]", 422, "invalid_selection", ""},
        {"[1]", 422, "invalid_selection", ""},
        {R"({"planted":[1]})", 422, "invalid_selection", ""},
        {R"({"ids":[1],"planted":1})", 422, "invalid_selection", ""},
        {R"({"ids":[1],"reason":"invalid"})", 422, "invalid_selection", ""},
        {R"({"ids":[]})", 422, "invalid_selection", "/ids"},
        {R"({"ids":1})", 422, "invalid_selection", "/ids"},
        {R"({"ids":null})", 422, "invalid_selection", "/ids"},
        {R"({"ids":[)" + many + "]}", 422, "invalid_selection", "/ids"},
        {R"({"ids":[1,"2"]})", 422, "invalid_selection", "/ids/1"},
        {R"({"ids":[1.5]})", 422, "invalid_selection", "/ids/0"},
        {R"({"ids":[9223372036854775808]})", 422, "invalid_selection", "/ids/0"},
        {R"({"reason":""})", 422, "invalid_selection", "/reason"},
        {R"({"reason":"planted"})", 422, "invalid_selection", "/reason"},
        {R"({"reason":null})", 422, "invalid_selection", "/reason"},
        {R"({"reason":["invalid"]})", 422, "invalid_selection", "/reason"},
    }));
    CAPTURE(wrong.body.substr(0, 60));
    add_dead("order-1");
    for (const auto& [method, target] :
         {std::pair("POST", replay_path), std::pair("DELETE", path)}) {
        const auto answer = ask(operators(), method, target, wrong.body);
        CHECK(answer.status == wrong.status);
        const auto body = parsed(answer);
        const auto error = body.root().find("error");
        CHECK(error.find("code").text() == wrong.code);
        CHECK(error.find("path").text() == wrong.at);
        CHECK_THAT(answer.body, !Catch::Contains("planted"));
    }
    CHECK(listed() == strings{"order-1"});
}

TEST_CASE_METHOD(dead_letter_fixture, "dead letters: a spool that is closed is asked again later") {
    queue->close();
    struct row {
        const char* method;
        const char* target;
        const char* body;
    };
    const auto asked = GENERATE(values<row>({{"GET", path, ""},
                                             {"POST", replay_path, R"({"ids":[1]})"},
                                             {"DELETE", path, R"({"reason":"invalid"})"}}));
    CAPTURE(asked.method);
    const auto answer = ask(operators(), asked.method, asked.target, asked.body);
    CHECK(answer.status == 503);
    REQUIRE_FALSE(answer.headers.empty());
    CHECK(answer.headers.front() == std::pair<std::string, std::string>{"Retry-After", "5"});
    CHECK(parsed(answer).root().find("error").find("code").text() == "spool_unavailable");
}

TEST_CASE_METHOD(dead_letter_fixture,
                 "dead letters: a replay that takes long goes on without the one who asked") {
    add_dead("order-1");
    const auto body = ids({"order-1"});
    // The spool is busy with something else for as long as the test says.
    std::promise<void> go_on;
    std::promise<void> walked;
    queue->walk(
        [&, free = go_on.get_future().share()](const spool::held_record&) {
            free.wait();
            return false;
        },
        [&](core::error_code) { walked.set_value(); });
    auto around_routes = around();
    around_routes.patience = std::chrono::milliseconds(1);
    const admin::routes impatient(around_routes,
                                  admin::operators{{}, explainer, *trail, pixels, *registry});
    const auto answer = ask(impatient, "POST", replay_path, body);
    CHECK(answer.status == 202);
    CHECK(answer.body == R"({"complete":false})");
    CHECK(ask(impatient, "DELETE", path, R"({"reason":"expired"})").status == 202);
    CHECK(ask(impatient, "GET", path).status == 503);
    go_on.set_value();
    walked.get_future().wait();
    CHECK(eventually([&] { return queue->count().dead == 0; }));
    CHECK(waiting() == strings{"order-1"});
}
