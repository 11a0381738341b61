#include "hostile_stage.hpp"

#include "stage.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <support/eventually.hpp>

namespace gatepost::test {
namespace {

namespace fs = std::filesystem;

// Any token of a file serves; the one that is shown is not the first.
std::string token_file(const temporary_directory& in, const std::string& name,
                       const std::string& token) {
    const auto path = in.file(name);
    std::ofstream(path) << "older-token-of-" << name << '\n' << token << '\n';
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
    return path;
}

std::string sections(const temporary_directory& in, const hostile_stage::script& chosen) {
    const auto token_key = [&in](const std::string& name, const std::string& token) {
        return "token_file: " + token_file(in, name, token);
    };
    auto text = "listen: {" + chosen.listen + "}\nadmin: {" + chosen.admin;
    if (chosen.admin_token) {
        text += ", " + token_key("admin.token", admin_token);
    }
    text += "}\n" + chosen.more + "\n";
    if (chosen.ingest_token) {
        text += "auth: {" + token_key("ingest.token", ingest_token) + "}\n";
    }
    return text;
}

} // namespace

hostile_stage::hostile_stage(const script& chosen)
    : upstream_(program_under_test(), directory_.path(), false), shows_token_(chosen.ingest_token),
      gatepost_(program_under_test(), directory_.path(), upstream_.address(),
                {.more = sections(directory_, chosen),
                 .relay = "rate: 0, batch: {linger: 1ms}, retry: {first: 20ms, max: 100ms}"}) {
    if (chosen.start == hostile_stage::script::begins::now) {
        gatepost_.start();
    }
}

void hostile_stage::serves_a_good_request(const std::string& url) {
    const auto id = "good-" + std::to_string(good_.size());
    http_connection::headers extra;
    if (shows_token_) {
        extra.emplace_back("Authorization", std::string("Bearer ") + ingest_token);
    }
    const auto answer = http_connection(url).post(
        "/v1/events",
        event_with(id, R"("visitor":{"country":"DE"},"consent":{"marketing":"granted"})"), extra);
    INFO(answer.body);
    REQUIRE(answer.status == 202);
    good_.push_back(id);
}

void hostile_stage::only_the_good_arrived() {
    // The relay keeps the order, so whatever was taken before the last good one has arrived by
    // then.
    serves_a_good_request();
    std::ranges::sort(good_);
    std::vector<std::string> arrived;
    eventually([&] {
        arrived = arrived_ids();
        return arrived.size() >= good_.size();
    });
    CHECK(arrived == good_);
}

std::vector<std::string> hostile_stage::arrived_ids() {
    std::vector<std::string> ids;
    upstream_.events().root().find("events").each_element([&](core::json::value each) {
        ids.emplace_back(each.find("event").find("event_id").text());
    });
    std::ranges::sort(ids);
    return ids;
}

void refuses_all(hostile_stage& test, const std::string& url, const std::vector<shape>& table) {
    for (const auto& [what, bytes, status, code, after] : table) {
        const bool closes = after == shape::then::closes;
        const auto behind = posting(bearing(ingest_token), stolen_event());
        const auto came = hear(url, bytes + (closes ? behind : ""));
        CAPTURE(what, came.bytes);
        CHECK(came.answers.size() == 1);
        CHECK(came.status() == status);
        CHECK(came.code() == code);
        CHECK(came.closed);
        test.serves_a_good_request();
    }
}

std::string posting(const std::string& headers, const std::string& body,
                    const std::string& target) {
    return framed((headers.find("Host:") == std::string::npos ? "Host: localhost\r\n" : "") +
                      headers + "Content-Type: application/json\r\nContent-Length: " +
                      std::to_string(body.size()) + "\r\n",
                  body, target);
}

} // namespace gatepost::test
