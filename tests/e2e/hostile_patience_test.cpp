// Who holds connections, sends slowly, does not read, or has much in flight when the refusal comes.

#include "hostile_stage.hpp"

#include <catch2/catch.hpp>

#include <deque>
#include <support/eventually.hpp>

using namespace gatepost;
using namespace gatepost::test;

namespace {

const std::string event = stolen_event();

// A byte at a time until something comes back.
heard drip(const std::string& url, const std::string& at_once, const std::string& slowly) {
    constexpr int between = 20;
    hostile_client client(url);
    client.send(at_once);
    for (const char each : slowly) {
        if (client.hears(between)) {
            break;
        }
        client.send({&each, 1});
    }
    return client.hear();
}

} // namespace

TEST_CASE("hostile: whoever has not sent a whole request when its time is over is told so") {
    hostile_stage test(
        {.listen = "http: 127.0.0.1:0, request_timeout: 300ms, idle_timeout: 300ms"});
    const auto whole = posting("", event + std::string(200, ' '));
    const auto head = whole.substr(0, whole.find("\r\n\r\n") + 4);
    const auto body = whole.substr(head.size());
    const std::string chunked = framed("Host: localhost\r\nTransfer-Encoding: chunked\r\n", "");
    std::string chunks;
    for (const char each : body) {
        chunks += std::string("1\r\n") + each + "\r\n";
    }
    struct row {
        const char* what;
        std::string at_once;
        std::string slowly;
    };
    const std::vector<row> table{
        {"a head by bytes", "", whole},
        {"half of a head", whole.substr(0, 40), ""},
        {"a head without its last byte", head.substr(0, head.size() - 1), ""},
        {"a header that does not end",
         head.substr(0, head.size() - 2) + "X: ", std::string(500, 'a')},
        {"a body by bytes", head, body},
        {"no body", head, ""},
        {"a body without its last byte", whole.substr(0, whole.size() - 1), ""},
        {"a body by chunks of a byte", chunked, chunks},
        {"chunks without the last", chunked + chunks, ""},
        {"a chunk's size that does not end", chunked, std::string(500, '0')},
        {"a body that waits for 100 Continue",
         head.substr(0, head.size() - 2) + "Expect: 100-continue\r\n\r\n", ""},
    };
    for (const auto& [what, at_once, slowly] : table) {
        const auto came = drip(test.ingest(), at_once, slowly);
        CAPTURE(what, came.bytes);
        CHECK(came.answers.size() == 1);
        CHECK(came.status() == 408);
        CHECK(came.code() == "timeout");
        CHECK(came.closed);
        test.serves_a_good_request();
    }
    const auto silent = drip(test.ingest(), "", "");
    CHECK(silent.bytes.empty());
    CHECK(silent.closed);
    test.only_the_good_arrived();
}

TEST_CASE("hostile: whoever asks and does not read is cut off") {
    hostile_stage test({.listen = "http: 127.0.0.1:0, request_timeout: 300ms"});
    hostile_client client(test.ingest());
    // Until neither side's buffers take any more; the daemon then waits no longer than for a
    // request.
    const auto asks = asking("GET", "/consent-relay.js");
    std::size_t asked = 0;
    while (client.send(asks) && asked < 1'000'000) {
        ++asked;
    }
    CHECK(asked < 1'000'000);
    CHECK(client.hear().closed);
    test.serves_a_good_request();
    test.only_the_good_arrived();
}

TEST_CASE("hostile: with every connection in use one more is told so, and to come again") {
    hostile_stage test({.listen = "http: 127.0.0.1:0, max_connections: 4"});
    {
        std::deque<hostile_client> busy;
        for (int i = 0; i < 4; ++i) {
            busy.emplace_back(test.ingest()).send("POST /v1/events HTTP/1.1\r\n");
        }
        // The daemon may not have read from the last of them yet.
        heard turned_away;
        CHECK(eventually([&] {
            turned_away = hear(test.ingest(), posting("", event));
            return turned_away.status() == 503;
        }));
        CHECK(turned_away.answers.at(0).headers.at("retry-after") == "1");
        CHECK(turned_away.closed);
        // Who was there before is served.
        busy.front().send("Host: localhost\r\nContent-Length: 2\r\n\r\n[]");
        busy.front().finish();
        CHECK(busy.front().hear().code() == "empty_list");
    }
    CHECK(eventually(
        [&] { return hear(test.ingest(), asking("GET", "/consent-relay.js")).status() == 200; }));
}

TEST_CASE("hostile: connections that nobody uses keep nobody out") {
    hostile_stage test({.listen = "http: 127.0.0.1:0, max_connections: 4"});
    std::deque<hostile_client> idle;
    for (int i = 0; i < 40; ++i) {
        idle.emplace_back(test.ingest());
        if (i % 2 == 0) {
            idle.back().send(asking("GET", "/consent-relay.js"));
            idle.back().hears(15'000);
        }
        test.serves_a_good_request();
    }
    test.only_the_good_arrived();
}

TEST_CASE("hostile: a refusal arrives although most of a mebibyte is on its way") {
    hostile_stage test({.listen = "http: 127.0.0.1:0, max_body: 64KiB, max_header: 8KiB"});
    const std::string much(900'000, 'a');
    const auto type = [](const std::string& value) {
        return "Host: localhost\r\nContent-Type: " + value + "\r\nContent-Length: 900000\r\n";
    };
    const auto named = [&](const std::string& header) {
        return framed("Host: localhost\r\n" + header + "\r\nContent-Length: 900000\r\n", much);
    };
    refuses_all(
        test, test.ingest(),
        {{"no route", posting("", much, "/v1/nothing"), 404, "not_found"},
         {"another method",
          "PUT /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000\r\n\r\n" + much,
          405, "method_not_allowed"},
         {"a form", framed(type("multipart/form-data"), much), 415, "unsupported_type"},
         {"too large", posting("", much), 413, "too_large"},
         {"too large by chunks",
          framed("Host: localhost\r\nTransfer-Encoding: chunked\r\n", "dbba0\r\n" + much), 413,
          "too_large"},
         {"a foreign Host", posting("Host: evil.example\r\n", much), 403, "host_not_allowed"},
         {"a foreign Origin", named("Origin: https://evil.example"), 403, "origin_not_allowed"},
         {"two lengths", named("Content-Length: 1"), 400, "bad_request"},
         {"no length", framed("Host: localhost\r\n", much), 411, "length_required"},
         {"a head", posting("X: " + much + "\r\n", ""), 431, "header_too_large"},
         {"no HTTP", "\r\n\r\n\r\n\r\n" + much, 400, "bad_request"}});
    test.only_the_good_arrived();
}

TEST_CASE("hostile: a refusal for want of connections arrives although much is on its way") {
    hostile_stage test({.listen = "http: 127.0.0.1:0, max_connections: 1"});
    hostile_client busy(test.ingest());
    busy.send("POST /v1/events HTTP/1.1\r\n");
    const auto all = posting("", std::string(900'000, 'a'));
    CHECK(eventually([&] { return hear(test.ingest(), all).status() == 503; }));
    for (int i = 0; i < 5; ++i) {
        const auto came = hear(test.ingest(), all);
        CHECK(came.status() == 503);
        CHECK(came.closed);
    }
}
