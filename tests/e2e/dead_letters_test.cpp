// Events that TikTok refused for good, and what an operator does about them: by curl and by the
// command line, over real sockets and a real disk.

#include "alice_and_bob.hpp"

#include <gatepost/core/json.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <support/child_process.hpp>
#include <support/command.hpp>
#include <support/eventually.hpp>
#include <vector>

using namespace gatepost;
using namespace gatepost::test;
using strings = std::vector<std::string>;

namespace {

constexpr auto path = "/v1/dead-letters";
constexpr auto replay_path = "/v1/dead-letters/replay";

struct said {
    int code = -1;
    std::string out;
    std::string err;
};

// In the payload of an event, and nowhere else.
std::string marker_of(const std::string& event_id) {
    return "planted-description-of-" + event_id;
}

// A daemon whose upstream refuses what it is told to.
class clinic {
  public:
    stage& at() { return stage_; }

    // An event that becomes a dead letter.
    void lose(const std::string& event_id, const std::string& who = alice) {
        stage_.upstream().control(R"({"code":40002,"event":")" + event_id + "\"}");
        const auto before = stage_.dead_letters();
        const auto members = who + "," + grant_at(std::chrono::seconds(-60)) + "," + german +
                             R"(,"properties":{"description":")" + marker_of(event_id) + "\"}";
        REQUIRE(stage_.event(event_with(event_id, members)).outcome == "queued");
        REQUIRE(eventually([&] { return stage_.dead_letters() == before + 1; }));
    }
    // The upstream takes everything again.
    void heal() { stage_.upstream().control("{}"); }

    // `gatepost WORDS --admin URL`, which is the daemon's unless said otherwise.
    said tool(const strings& words, const std::string& admin = "") {
        std::string command = "exec " + program_under_test();
        for (const auto& word : words) {
            command += " '" + word + "'";
        }
        command += " --admin " + (admin.empty() ? stage_.gatepost().admin() : admin) + " > " +
                   directory_.file("out") + " 2> " + directory_.file("err");
        child_process shell({"/bin/sh", "-c", command}, directory_.file("shell"));
        said result{.code = shell.wait()};
        result.out = read_file(directory_.file("out"));
        result.err = read_file(directory_.file("err"));
        return result;
    }

    core::json::document ask(const std::string& method, const std::string& target,
                             const std::string& body) {
        const auto answer =
            http_connection(stage_.gatepost().admin()).request(method, target, {}, body);
        INFO(answer.body);
        REQUIRE(answer.status == 200);
        return core::json::parse(answer.body).value();
    }
    // With curl, as an operator looks.
    core::json::document list(const std::string& query = "") {
        const auto page =
            output_of("curl -sS --fail '" + stage_.gatepost().admin() + path + query + "'", "");
        return core::json::parse(page).value();
    }
    std::set<std::string> listed(const std::string& query = "") {
        std::set<std::string> ids;
        const auto page = list(query);
        page.root().find("dead_letters").each_element([&](core::json::value each) {
            ids.emplace(each.find("event_id").text());
        });
        return ids;
    }
    std::string id_of(const std::string& event_id) {
        std::string id;
        const auto page = list();
        page.root().find("dead_letters").each_element([&](core::json::value each) {
            if (each.find("event_id").text() == event_id) {
                id = std::to_string(each.find("id").integer().value());
            }
        });
        REQUIRE_FALSE(id.empty());
        return id;
    }

  private:
    temporary_directory directory_;
    stage stage_;
};

bool holds(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("dead letters: a poisoned event is listed, replayed and arrives under its event_id") {
    clinic here;
    here.lose("poisoned");
    REQUIRE(here.at().event(granted("good", bob)).outcome == "queued");
    REQUIRE(here.at().settles());

    const auto page = here.list("?reason=invalid");
    REQUIRE(page.root().find("dead_letters").size() == 1);
    const auto letter = page.root().find("dead_letters").at(0);
    CHECK(letter.find("event_id").text() == "poisoned");
    CHECK(letter.find("pixel").text() == pixel_code);
    CHECK(letter.find("event").text() == "Purchase");
    CHECK(letter.find("reason").text() == "invalid");
    CHECK(letter.find("code").integer() == 40002);
    CHECK_FALSE(letter.find("request_id").text().empty());
    const auto shown = here.tool({"dead-letters", "list"});
    CHECK(shown.code == 0);
    CHECK(holds(shown.out, "poisoned"));
    CHECK(holds(shown.out, "40002"));
    CHECK_FALSE(holds(shown.out, "good"));

    here.heal();
    const auto done = here.tool({"dead-letters", "replay", "--id", here.id_of("poisoned")});
    CHECK(done.out == "1 replayed, 0 refused\n");
    CHECK(done.code == 0);
    REQUIRE(here.at().settles());
    CHECK(here.at().times_arrived() == std::map<std::string, int>{{"good", 1}, {"poisoned", 1}});
    CHECK(here.tool({"dead-letters", "list"}).out == "No dead letters.\n");
}

TEST_CASE("dead letters: what is still refused is a dead letter again") {
    clinic here;
    here.lose("poisoned");
    const auto answer = here.ask("POST", replay_path, R"({"reason":"invalid"})");
    CHECK(answer.root().find("replayed").integer() == 1);
    REQUIRE(here.at().settles());
    CHECK(eventually([&] { return here.listed() == std::set<std::string>{"poisoned"}; }));
    CHECK_FALSE(here.at().has_arrived("poisoned"));
}

TEST_CASE("dead letters: a replay is kept through kill -9") {
    clinic here;
    here.lose("poisoned");
    here.at().upstream().control(R"({"mode":"hang"})");
    CHECK(here.ask("POST", replay_path, R"({"reason":"invalid"})")
              .root()
              .find("replayed")
              .integer() == 1);
    here.at().kill_and_start();
    here.heal();
    REQUIRE(here.at().settles());
    CHECK(here.at().arrived_ids() == strings{"poisoned"});
    CHECK(here.listed().empty());
}

TEST_CASE("dead letters: of a visitor who withdrew nothing is replayed") {
    clinic here;
    here.lose("alices", alice);
    here.lose("bobs", bob);
    const auto alices = here.id_of("alices");
    const auto bobs = here.id_of("bobs");
    const auto swept = swept_by(here.at().ask("/v1/consent", withdrawal(alice)));
    CHECK(swept.deleted == 1);
    here.heal();
    const auto done = here.tool({"dead-letters", "replay", "--id", alices, bobs});
    CHECK(done.out == "1 replayed, 1 refused\n" + alices + ": not_found\n");
    CHECK(done.code == 1);
    REQUIRE(here.at().settles());
    CHECK(here.at().arrived_ids() == strings{"bobs"});
    CHECK_FALSE(here.at().has_arrived("alices"));
}

TEST_CASE("dead letters: what was sent again meanwhile is not sent twice") {
    clinic here;
    here.lose("order-1");
    here.heal();
    REQUIRE(here.at().event(granted("order-1", alice)).outcome == "queued");
    REQUIRE(here.at().settles());
    const auto done = here.tool({"dead-letters", "replay", "--reason", "invalid", "--json"});
    CHECK(done.code == 1);
    const auto answer = core::json::parse(done.out).value();
    CHECK(answer.root().find("replayed").integer() == 0);
    CHECK(answer.root().find("refused").at(0).find("reason").text() == "duplicate");
    REQUIRE(here.at().settles());
    CHECK(here.at().times_arrived() == std::map<std::string, int>{{"order-1", 1}});
}

TEST_CASE("dead letters: deleted by id and by reason, also from the disk") {
    clinic here;
    for (const auto* const id : {"order-1", "order-2", "order-3"}) {
        here.lose(id);
    }
    const std::string marker = marker_of("order-2");
    REQUIRE_FALSE(here.at().files_with(marker).empty());
    const auto done = here.tool({"dead-letters", "delete", "--id", here.id_of("order-2")});
    CHECK(done.out == "1 deleted\n");
    CHECK(done.code == 0);
    CHECK(eventually([&] { return here.at().files_with(marker).empty(); }));
    CHECK(here.listed() == std::set<std::string>{"order-1", "order-3"});
    CHECK(here.tool({"dead-letters", "delete", "--reason", "expired"}).out == "0 deleted\n");
    const auto answer = here.ask("DELETE", path, R"({"reason":"invalid"})");
    CHECK(answer.root().find("deleted").integer() == 2);
    CHECK(here.listed().empty());
    CHECK(here.at().dead_letters() == 0);
    CHECK(here.at().times_arrived().empty());
}

TEST_CASE("dead letters: what is asked wrongly is said by the daemon, and who is not there is 69") {
    clinic here;
    here.lose("poisoned");
    const auto wrong =
        http_connection(here.at().gatepost().admin()).request("DELETE", path, {}, R"({"ids":[]})");
    CHECK(wrong.status == 422);
    const auto put = http_connection(here.at().gatepost().admin()).request("PUT", path, {}, "{}");
    CHECK(put.status == 405);
    CHECK(put.headers.at("allow") == "GET, HEAD, DELETE");
    CHECK(here.listed() == std::set<std::string>{"poisoned"});

    const auto other = here.tool({"dead-letters", "list"}, here.at().gatepost().ingest());
    CHECK(other.code == 1);
    CHECK(holds(other.err, "HTTP 404: not_found"));
    CHECK(here.at().stop() == 0);
    const auto nobody = here.tool({"dead-letters", "list"});
    CHECK(nobody.code == 69);
    CHECK(nobody.out.empty());
    CHECK(holds(nobody.err, "no daemon answers at 127.0.0.1:"));
}

TEST_CASE("status: the command shows what waits, what is dead and why nothing is sent") {
    clinic here;
    here.lose("poisoned");
    here.at().upstream().control(R"({"code":40105})");
    REQUIRE(here.at().event(granted("waiting", bob)).outcome == "queued");
    REQUIRE(eventually([&] {
        return holds(here.tool({"status"}).out, "  paused: token. The access token is missing");
    }));
    const auto shown = here.tool({"status"});
    INFO(shown.out);
    CHECK(shown.code == 0);
    CHECK(holds(shown.out, ": ready, up for "));
    CHECK(holds(shown.out, " 1 dead letters"));
    CHECK(holds(shown.out, "\nC0EXAMPLE0PIXEL0CODE (web, send)\n"));
    CHECK(holds(shown.out, "last answer: refused, code 40105, "));
    CHECK_FALSE(holds(shown.out, "example.com"));
    const auto json = core::json::parse(here.tool({"status", "--json"}).out).value();
    CHECK(json.root().find("spool").find("dead").integer() == 1);
    CHECK(here.at().stop() == 0);
    CHECK(here.tool({"status"}).code == 69);
}
