// Shapes of requests by which one reader is made to see another request than the next (RFC 9112
// section 11), and ones that are made to cost more than they should. Raw bytes, over a real socket.
#include "running_server.hpp"

#include <gatepost/core/json.hpp>

#include <catch2/catch.hpp>

#include <atomic>
#include <string>
#include <support/command.hpp>
#include <support/eventually.hpp>
#include <support/http_connection.hpp>
#include <vector>

using namespace gatepost;
using namespace std::chrono_literals;
using namespace std::string_literals;
using test::http_connection;
using test::running_server;

namespace {

const std::string host = "Host: localhost\r\n";

struct shape {
    std::string name;
    std::string bytes;
    int status;
    std::string code;
};

std::ostream& operator<<(std::ostream& out, const shape& one) {
    return out << one.name;
}

std::string code_of(const test::http_answer& answer) {
    const auto body = core::json::parse(answer.body);
    return body ? std::string(body->root().find("error").find("code").text()) : "";
}

// What no handler may see, wherever it stands behind a refusal.
const std::string hidden = "GET /hidden HTTP/1.1\r\n" + host + "\r\n";

std::string post(const std::string& fields, const std::string& body) {
    return "POST / HTTP/1.1\r\n" + host + fields + "\r\n" + body;
}
std::string get(const std::string& line, const std::string& fields = host) {
    return line + "\r\n" + fields + "\r\n";
}
shape bad(std::string name, std::string bytes) {
    return {std::move(name), std::move(bytes), 400, "bad_request"};
}

std::vector<shape> lengths() {
    const auto with = [](const std::string& name, const std::string& fields) {
        return bad(name, post(fields, "5\r\nhello\r\n0\r\n\r\n" + hidden));
    };
    return {
        with("a length and chunked", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
        with("chunked and a length", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
        with("two lengths that differ", "Content-Length: 5\r\nContent-Length: 6\r\n"),
        with("two lengths that agree", "Content-Length: 5\r\nContent-Length: 5\r\n"),
        with("a list of lengths", "Content-Length: 5,5\r\n"),
        with("a list with a space", "Content-Length: 5, 5\r\n"),
        with("a plus sign", "Content-Length: +5\r\n"),
        with("a minus sign", "Content-Length: -5\r\n"),
        with("a hexadecimal length", "Content-Length: 0x5\r\n"),
        with("a length with a fraction", "Content-Length: 5.0\r\n"),
        with("a length of two words", "Content-Length: 5 5\r\n"),
        with("a length of 2^64", "Content-Length: 18446744073709551616\r\n"),
        with("an empty length", "Content-Length:\r\n"),
        with("xchunked", "Transfer-Encoding: xchunked\r\n"),
        with("chunked twice in one field", "Transfer-Encoding: chunked, chunked\r\n"),
        with("chunked in two fields",
             "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
        with("gzip, then chunked", "Transfer-Encoding: gzip, chunked\r\n"),
        with("chunked, then gzip", "Transfer-Encoding: chunked, gzip\r\n"),
        with("identity", "Transfer-Encoding: identity\r\n"),
        with("an empty coding", "Transfer-Encoding:\r\n"),
        with("chunked with a vertical tab", "Transfer-Encoding: chunked\x0b\r\n"),
        with("chunked with a parameter", "Transfer-Encoding: chunked;q=1\r\n"),
        with("chunked in quotes", "Transfer-Encoding: \"chunked\"\r\n"),
        bad("chunked in HTTP/1.0",
            "POST / HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden),
    };
}

std::vector<shape> lines() {
    const auto with = [](const std::string& name, const std::string& fields) {
        return bad(name, "GET / HTTP/1.1\r\n" + fields + "\r\n\r\n" + hidden);
    };
    return {
        with("a folded line", host + "X: a\r\n b"),
        with("a folded Host", "Host:\r\n localhost"),
        with("a folded coding", host + "Transfer-Encoding:\r\n\tchunked"),
        with("a first field that is folded", " X: a\r\n" + host),
        with("a space before the colon", host + "Content-Length : 5"),
        with("a tab before the colon", host + "Content-Length\t: 5"),
        with("no colon", host + "Content-Length 5"),
        with("an empty name", host + ": 5"),
        with("a name with a bracket", host + "X(y): 5"),
        with("a name beyond ASCII", host + "X\xc3\xa9: 5"),
        with("a name with NUL", host + "X\0y: 5"s),
        with("NUL in a value", host + "X: a\0b"s),
        with("a bell in a value", host + "X: a\x07"),
        with("a CR in a value", host + "X: a\rb"),
        with("a CR before CRLF", host + "X: a\r"),
        with("a line that ends with LF", host + "X: a\nContent-Length: 5"),
        bad("a head of lines that end with LF", "GET / HTTP/1.1\nHost: localhost\n\n" + hidden),
        bad("an LF before the request", "\n" + get("GET / HTTP/1.1")),
        bad("an empty line before the request", "\r\n" + get("GET / HTTP/1.1")),
        with("no Host", "X: a"),
        with("two Hosts that agree", host + "Host: localhost"),
        with("two Hosts that differ", host + "hOST: evil.example"),
    };
}

std::vector<shape> request_lines() {
    const auto with = [](const std::string& name, const std::string& line) {
        return bad(name, get(line) + hidden);
    };
    return {
        with("HTTP/0.9", "GET /"),
        with("HTTP/1.2", "GET / HTTP/1.2"),
        with("HTTP/2.0", "GET / HTTP/2.0"),
        with("a version in lower case", "GET / http/1.1"),
        with("no target", "GET  HTTP/1.1"),
        with("two targets", "GET / / HTTP/1.1"),
        with("a tab", "GET\t/\tHTTP/1.1"),
        with("NUL in the target", "GET /\0 HTTP/1.1"s),
        with("a control byte in the target", "GET /\x01 HTTP/1.1"),
        with("DEL in the target", "GET /\x7f HTTP/1.1"),
        with("a method with a bracket", "GE(T / HTTP/1.1"),
        with("a space before the method", " GET / HTTP/1.1"),
        with("authority form", "CONNECT localhost:80 HTTP/1.1"),
        with("CONNECT to a path", "CONNECT / HTTP/1.1"),
        with("a target that is no path", "GET index.html HTTP/1.1"),
        with("asterisk form", "GET * HTTP/1.1"),
        with("absolute form with another host", "GET http://evil.example/ HTTP/1.1"),
        with("absolute form with another port", "GET http://localhost:99/ HTTP/1.1"),
        with("absolute form with user info", "GET http://a@localhost/ HTTP/1.1"),
        with("absolute form of another scheme", "GET ftp://localhost/ HTTP/1.1"),
        bad("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        bad("a TLS handshake", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s),
        bad("an SMTP server's greeting", "220 mail.example ESMTP\r\n"),
    };
}

std::vector<shape> chunks() {
    const auto with = [](const std::string& name, const std::string& body) {
        return bad(name, post("Transfer-Encoding: chunked\r\n", body));
    };
    return {
        with("a size with a sign", "+5\r\nhello\r\n0\r\n\r\n"),
        with("a negative size", "-5\r\nhello\r\n0\r\n\r\n"),
        with("a size with 0x", "0x5\r\nhello\r\n0\r\n\r\n"),
        with("a size after a space", " 5\r\nhello\r\n0\r\n\r\n"),
        with("a size before a space", "5 \r\nhello\r\n0\r\n\r\n"),
        with("an empty size", "\r\nhello\r\n0\r\n\r\n"),
        with("a size of 2^64", "10000000000000000\r\nhello\r\n0\r\n\r\n"),
        with("a size that ends with LF", "5\nhello\r\n0\r\n\r\n"),
        with("data without CRLF", "5\r\nhello0\r\n\r\n"),
        with("data that ends with LF", "5\r\nhello\n0\r\n\r\n"),
        with("data longer than its size", "3\r\nhello\r\n0\r\n\r\n"),
        with("an extension without a name", "5;=a\r\nhello\r\n0\r\n\r\n"),
        with("an extension with LF", "5;a\nb\r\nhello\r\n0\r\n\r\n"),
        with("an extension with CR", "5;a\rb\r\nhello\r\n0\r\n\r\n"),
        with("an extension with LF in quotes", "5;a=\"\n\"\r\nhello\r\n0\r\n\r\n"),
        with("an extension with NUL in quotes", "5;a=\"\0\"\r\nhello\r\n0\r\n\r\n"s),
        with("an extension with CR in quotes", "5;a=\"\r\"\r\nhello\r\n0\r\n\r\n"),
        with("an extension with DEL in quotes", "5;a=\"\x7f\"\r\nhello\r\n0\r\n\r\n"),
        with("a second chunk's extension with LF", "1\r\nh\r\n4;a=\"\n\"\r\nello\r\n0\r\n\r\n"),
        with("the last chunk's extension with LF", "5\r\nhello\r\n0;a=\"\n\"\r\n\r\n"),
        with("the only chunk's extension with LF", "0;a=\"\n\"\r\nX: y\r\n\r\n"),
        with("a trailer without a colon", "0\r\nTrailer\r\n\r\n"),
        with("a folded trailer", "0\r\nX: a\r\n b\r\n\r\n"),
        with("a folded trailer after data", "5\r\nhello\r\n0\r\nX:\r\n\ta\r\n\r\n"),
        with("a trailer with a length", "0\r\nContent-Length: 5\r\n\r\n"),
        with("a trailer with a coding", "0\r\nTransfer-Encoding: chunked\r\n\r\n"),
    };
}

const std::string gzip_post = "Content-Encoding: gzip\r\n";

std::string times(int count, const std::string& text) {
    std::string all;
    for (int i = 0; i < count; ++i) {
        all += text;
    }
    return all;
}

std::vector<shape> needless_bodies() {
    const std::string chunked = "Transfer-Encoding: chunked\r\n";
    std::vector<shape> all;
    for (const std::string method : {"GET", "OPTIONS"}) {
        const auto line = method + " / HTTP/1.1";
        all.push_back(bad(method + " with a length",
                          get(line, host + "Content-Length: 5\r\n") + "hello" + hidden));
        all.push_back(
            bad(method + " with a length alone", get(line, host + "Content-Length: 2000\r\n")));
        all.push_back(
            bad(method + " with chunks", get(line, host + chunked) + "0\r\n\r\n" + hidden));
    }
    return all;
}

std::vector<shape> bombs() {
    const std::string chunked = "Transfer-Encoding: chunked\r\n";
    const auto head_bomb = [](const std::string& name, const std::string& bytes) {
        return shape{name, bytes, 431, "header_too_large"};
    };
    const auto body_bomb = [](const std::string& name, const std::string& bytes) {
        return shape{name, bytes, 413, "too_large"};
    };
    return {
        head_bomb("129 fields", get("GET / HTTP/1.1", host + times(128, "X: a\r\n"))),
        head_bomb("fields without end", "GET / HTTP/1.1\r\n" + times(400, "X: a\r\n")),
        head_bomb("a line without end", "GET / HTTP/1.1\r\nX: " + std::string(6000, 'x')),
        head_bomb("a target without end", "GET /" + std::string(6000, 'x')),
        head_bomb("a method without end", std::string(6000, 'G')),
        head_bomb("a chunk's size without end", post(chunked, std::string(60'000, '0'))),
        head_bomb("an extension without end", post(chunked, "5;a=" + std::string(60'000, 'x'))),
        head_bomb("trailers without end", post(chunked, "0\r\n" + times(9000, "T: a\r\n"))),
        head_bomb("trailers that end beyond the limit",
                  post(chunked, "0\r\n" + times(2000, "T: a\r\n") + "\r\n")),
        body_bomb("a length over the limit", post("Content-Length: 2049\r\n", "")),
        body_bomb("a length of 2^64 - 1", post("Content-Length: 18446744073709551615\r\n", "")),
        body_bomb("a chunk over the limit", post(chunked, "801\r\n")),
        body_bomb("a chunk of 2^64 - 1", post(chunked, "ffffffffffffffff\r\n")),
        body_bomb("chunks over the limit together",
                  post(chunked, "7ff\r\n" + std::string(0x7ff, 'x') + "\r\n2\r\n")),
        {"two encodings in two fields",
         post(gzip_post + "Content-Encoding: identity\r\nContent-Length: 1\r\n", "x"), 415,
         "unsupported_encoding"},
        {"two encodings in one field",
         post("Content-Encoding: gzip, gzip\r\nContent-Length: 1\r\n", "x"), 415,
         "unsupported_encoding"},
        {"no length", "POST / HTTP/1.1\r\n" + host + "\r\n", 411, "length_required"},
    };
}

const net::server_options small_limits{.max_body = core::kibibytes(2),
                                       .max_header = core::kibibytes(4)};

} // namespace

TEST_CASE("http hostile: shapes that two readers read differently are refused, and what is behind "
          "them is not served") {
    running_server server(small_limits);
    for (const auto& list :
         {lengths(), lines(), request_lines(), chunks(), needless_bodies(), bombs()}) {
        for (const auto& one : list) {
            CAPTURE(one);
            const auto before = server.handler().answered();
            http_connection client(server.url());
            client.send(one.bytes);
            const auto answer = client.receive();
            REQUIRE(answer.status == one.status);
            CHECK(code_of(answer) == one.code);
            CHECK(answer.headers.at("connection") == "close");
            CHECK(client.closed());
            CHECK(server.handler().answered() == before);
            CHECK(http_connection(server.url()).get("/").status == 200);
        }
    }
}

TEST_CASE("http hostile: what only looks so is served") {
    running_server server(small_limits);
    const auto [bytes, seen] = GENERATE(table<std::string, std::string>({
        {post("Transfer-Encoding: Chunked\r\n", "5\r\nhello\r\n0\r\n\r\n"), "POST / hello"},
        {post("Content-Length: \t 5 \t\r\n", "hello"), "POST / hello"},
        {post("Content-Length: 0005\r\n", "hello"), "POST / hello"},
        {post("Transfer-Encoding: chunked\r\n", "5\r\n\r\n \r\n\r\n0\r\nX: a b\r\n\r\n"),
         "POST / \r\n \r\n"},
        {post("Transfer-Encoding: chunked\r\n", "5;a=\"b\tc\xc3\xa9\"\r\nhe\nlo\r\n0\r\n\r\n"),
         "POST / he\nlo"},
        {post("Transfer-Encoding: chunked\r\n", "0005;a=\"b c\"\r\nhello\r\n000\r\n\r\n"),
         "POST / hello"},
        {get("GET / HTTP/1.1", host + times(127, "X: a\r\n")), "GET / "},
        {get("GET http://localhost/a?b HTTP/1.1"), "GET /a?b "},
        {get("GET HTTP://LocalHost/a HTTP/1.1"), "GET /a "},
        {get("GET http://localhost HTTP/1.1"), "GET / "},
        {get("GET http://a:1/x HTTP/1.1", "Host: a:1\r\n"), "GET /x "},
        {get("OPTIONS * HTTP/1.1"), "OPTIONS * "},
        {get("GET / HTTP/1.0"), "GET / "},
        {get("GET / HTTP/1.1", "Host:localhost\r\nX:\r\nY: \xc3\xa9\r\n"), "GET / "},
    }));
    CAPTURE(bytes);
    http_connection client(server.url());
    REQUIRE(client.send(bytes));
    CHECK(client.receive().body == seen);
}

TEST_CASE("http hostile: a refusal is the same however the bytes arrive") {
    running_server server(small_limits);
    for (const auto& list : {lengths(), lines(), request_lines(), chunks(), needless_bodies()}) {
        for (const auto& one : list) {
            CAPTURE(one);
            http_connection client(server.url());
            for (const char byte : one.bytes) {
                if (!client.send({&byte, 1})) {
                    break;
                }
            }
            CHECK(client.receive().status == one.status);
        }
    }
    CHECK(server.handler().answered() == 0);
}

TEST_CASE("http hostile: HEAD with a body is refused, an empty one is none") {
    running_server server(small_limits);
    http_connection client(server.url());
    REQUIRE(client.send(get("HEAD / HTTP/1.1", host + "Content-Length: 000\r\n") +
                        get("HEAD / HTTP/1.1", host + "Content-Length: 5\r\n") + "hello" + hidden));
    CHECK(client.receive(http_connection::body_follows::no).status == 200);
    CHECK(client.receive(http_connection::body_follows::no).status == 400);
    CHECK(client.closed());
    CHECK(server.handler().answered() == 1);
}

TEST_CASE("http hostile: a request inside a body is a body") {
    running_server server(small_limits);
    http_connection client(server.url());
    REQUIRE(client.send(post("Content-Length: " + std::to_string(hidden.size()) + "\r\n", hidden) +
                        get("GET /next HTTP/1.1")));
    CHECK(client.receive().body == "POST / " + hidden);
    CHECK(client.receive().body == "GET /next ");
    CHECK(server.handler().answered() == 2);
}

TEST_CASE("http hostile: a trailer is no header, and does not end the connection") {
    running_server server(small_limits);
    http_connection client(server.url());
    REQUIRE(client.send(post("Transfer-Encoding: chunked\r\n",
                             "1\r\nx\r\n0\r\nHost: evil.example\r\nConnection: close\r\n"
                             "X-Consent-Marketing: granted\r\n\r\n") +
                        get("GET /next HTTP/1.1")));
    CHECK(client.receive().body == "POST / x");
    CHECK(client.receive().body == "GET /next ");
    CHECK_FALSE(server.handler().saw("X-Consent-Marketing"));
}

TEST_CASE("http hostile: gzip bodies that lie") {
    running_server server(small_limits);
    const std::string plain(1000, 'x');
    const auto packed = test::output_of("gzip -cn", plain);
    const auto [name, body, status] = GENERATE_COPY(table<std::string, std::string, int>({
        {"a bomb", test::output_of("gzip -cn9", std::string(1'500'000, '\0')), 413},
        {"one byte too many", test::output_of("gzip -cn", std::string(2049, 'x')), 413},
        {"cut short", packed.substr(0, packed.size() - 1), 400},
        {"its head alone", packed.substr(0, 10), 400},
        {"something behind it", packed + "x", 400},
        {"a second member behind it", packed + packed, 400},
        {"another checksum",
         packed.substr(0, packed.size() - 8) + "\1\2\3\4" + packed.substr(packed.size() - 4), 400},
        {"no gzip", plain, 400},
        {"nothing", "", 400},
        {"zlib's own format", test::output_of("openssl zlib 2>/dev/null || printf x", plain), 400},
    }));
    CAPTURE(name);
    http_connection client(server.url());
    CHECK(client.post("/", body, {{"Content-Encoding", "gzip"}}).status == status);
    // Its end was where the length said, so the connection lives on.
    CHECK(client.get("/").status == 200);
}

TEST_CASE("http hostile: gzip inside gzip is unpacked once") {
    running_server server(small_limits);
    const auto once = test::output_of("gzip -cn", "text");
    const auto twice = test::output_of("gzip -cn", once);
    CHECK(http_connection(server.url()).post("/", twice, {{"Content-Encoding", "gzip"}}).body ==
          "POST / " + once);
}
