// What is no plain HTTP/1.1 message, or could be two messages to somebody else: refused, nothing of
// it served, and the connection ends.

#include "hostile_stage.hpp"

#include <catch2/catch.hpp>

#include <sstream>
#include <string>

using namespace gatepost;
using namespace gatepost::test;

namespace {

using namespace std::string_literals;

const std::string event = stolen_event();
const std::string length = std::to_string(event.size());
const std::string host = "Host: localhost\r\n";
const std::string sized = "Content-Length: " + length + "\r\n";
const std::string chunked = "Transfer-Encoding: chunked\r\n";

// The event as one chunk, its size in hexadecimal digits, with something around it.
std::string chunks(const std::string& before = "", const std::string& behind_size = "") {
    const std::string digits = "0123456789abcdef";
    return before + digits[event.size() / 16] + digits[event.size() % 16] + behind_size + "\r\n" +
           event + "\r\n0\r\n\r\n";
}

std::string with_length(const std::string& value) {
    return framed(host + "Content-Length:" + value + "\r\n", event);
}

std::string with_coding(const std::string& value) {
    return framed(host + "Transfer-Encoding:" + value + "\r\n", chunks());
}

std::string in_chunks(const std::string& body) {
    return framed(host + chunked, body);
}

std::string with_line(const std::string& line) {
    return framed(host + line + sized, event);
}

const std::vector<shape> two_lengths{
    {"a length and chunks", framed(host + sized + chunked, chunks())},
    {"chunks and a length", framed(host + chunked + sized, chunks())},
    {"two lengths", framed(host + "Content-Length: 5\r\n" + sized, event)},
    {"two lengths that agree", framed(host + sized + sized, event)},
    {"a list of lengths that agree", with_length(" " + length + ", " + length)},
    {"a list of lengths without spaces", with_length(" " + length + "," + length)},
    {"a signed length", with_length(" +" + length)},
    {"a negative length", with_length(" -1")},
    {"a length in hexadecimal", with_length(" 0x" + length)},
    {"a length with a fraction", with_length(" " + length + ".0")},
    {"a length with a space inside", with_length(" " + length + " 0")},
    {"a length with words", with_length(" " + length + "bytes")},
    {"a length with a vertical tab", with_length(" \v" + length)},
    {"an empty length", with_length("")},
    {"a length of 2^64", with_length(" 18446744073709551616")},
    {"a length that wraps around to the real one",
     with_length(" 1844674407370955" + std::to_string(1616 + event.size()))},
    {"a space before the colon", framed(host + "Content-Length : " + length + "\r\n", event)},
    {"a length on a folded line", with_length("\r\n " + length)},
    {"a length by another name", framed(host + "Content_Length: " + length + "\r\n", event), 411,
     "length_required"},
    {"no length", framed(host, event), 411, "length_required"},
};

const std::vector<shape> codings{
    {"an unknown coding", with_coding(" xchunked")},
    {"chunked twice", with_coding(" chunked, chunked")},
    {"two codings", with_coding(" gzip, chunked")},
    {"identity", with_coding(" identity")},
    {"chunked, then identity", with_coding(" chunked, identity")},
    {"an empty coding", with_coding("")},
    {"a comma before it", with_coding(" ,chunked")},
    {"a comma behind it", with_coding(" chunked,")},
    {"quotation marks", with_coding(" \"chunked\"")},
    {"a parameter", with_coding(" chunked;q=1")},
    {"a vertical tab before it", with_coding(" \vchunked")},
    {"a vertical tab behind it", with_coding(" chunked\v")},
    {"a form feed behind it", with_coding(" chunked\f")},
    {"a NUL behind it", with_coding(" chunked\0"s)},
    {"a folded line", with_coding("\r\n chunked")},
    {"a space before the colon", framed(host + "Transfer-Encoding : chunked\r\n", chunks())},
    {"two headers", framed(host + chunked + chunked, chunks())},
    {"two headers, one of them unknown",
     framed(host + chunked + "Transfer-Encoding: x\r\n", chunks())},
    {"chunks in HTTP/1.0", "POST /v1/events HTTP/1.0\r\n" + host + chunked + "\r\n" + chunks()},
};

const std::vector<shape> chunk_shapes{
    {"a signed chunk size", in_chunks(chunks("+"))},
    {"a negative chunk size", in_chunks("-1\r\n" + event + "\r\n0\r\n\r\n")},
    {"a chunk size with 0x", in_chunks(chunks("0x"))},
    {"a space before a chunk size", in_chunks(chunks(" "))},
    {"a NUL behind a chunk size", in_chunks(chunks("", "\0"s))},
    {"a chunk size that is no number", in_chunks("zz\r\n" + event + "\r\n0\r\n\r\n")},
    {"no chunk size", in_chunks("\r\n" + event + "\r\n0\r\n\r\n")},
    {"a chunk size that wraps around to the real one",
     in_chunks(chunks("100000000000000000000000000000"))},
    {"no line break behind a chunk", in_chunks(chunks().replace(chunks().find("\r\n0"), 2, "  "))},
    {"more in a chunk than its size says", in_chunks("5\r\n" + event + "\r\n0\r\n\r\n")},
};

const std::vector<shape> hosts{
    {"no Host", framed(sized, event)},
    {"two Hosts", framed(host + host + sized, event)},
    {"two Hosts, one of them foreign", framed(host + "Host: evil.example\r\n" + sized, event)},
    {"two Hosts in another case", framed(host + "hOST: evil.example\r\n" + sized, event)},
    {"a Host on a folded line", framed("Host:\r\n localhost\r\n" + sized, event)},
};

const std::vector<shape> heads{
    {"line feeds alone",
     "POST /v1/events HTTP/1.1\nHost: localhost\nContent-Length: " + length + "\n\n" + event},
    {"a carriage return in a value", with_line("X: a\rContent-Length: 0\r\n")},
    {"a NUL in a value", with_line("X: a\0b\r\n"s)},
    {"a NUL in a name", with_line("X\0Y: a\r\n"s)},
    {"a name with a space", with_line("X Y: a\r\n")},
    {"a name with a bracket", with_line("X(Y): a\r\n")},
    {"no name", with_line(": a\r\n")},
    {"no colon", with_line("Nothing\r\n")},
    {"a control byte in a value", with_line("X: a\x01"
                                            "b\r\n")},
    {"a folded line", with_line("X: a\r\n b\r\n")},
    {"a space before the first header", framed(" " + host + sized, event)},
    {"a NUL in the target", framed(host + sized, event, "/v1/events\0"s)},
    {"a space in the target", framed(host + sized, event, "/v1/events x")},
    {"a control byte in the target", framed(host + sized, event, "/v1/events\x7f")},
    {"two spaces in the first line", framed(host + sized, event, " /v1/events")},
    {"a tab in the first line", "POST\t/v1/events\tHTTP/1.1\r\n" + host + sized + "\r\n" + event},
    {"a method with a colon", "PO:ST /v1/events HTTP/1.1\r\n" + host + sized + "\r\n" + event},
    {"no version", "POST /v1/events\r\n" + host + sized + "\r\n" + event},
    {"HTTP/0.9", "GET /v1/events\r\n\r\n"},
    {"HTTP/2.0", "POST /v1/events HTTP/2.0\r\n" + host + sized + "\r\n" + event},
    {"HTTP/1.10", "POST /v1/events HTTP/1.10\r\n" + host + sized + "\r\n" + event},
    {"a lower-case version", "POST /v1/events http/1.1\r\n" + host + sized + "\r\n" + event},
    {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"s},
    {"a greeting of TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s + std::string(508, 'x')},
    {"another protocol", "EHLO localhost\r\nMAIL FROM:<a@b.example>\r\n"},
    {"bytes", std::string(600, '\xff')},
    {"the way of a proxy", "CONNECT business-api.tiktok.com:443 HTTP/1.1\r\n" + host + "\r\n"},
    {"the target of another server", framed(host + sized, event, "http://evil.example/v1/events")},
    {"the target of this server under another name",
     framed("Host: evil.example\r\n" + sized, event, "http://localhost/v1/events")},
};

void refuse_all(const std::vector<shape>& table) {
    hostile_stage test;
    refuses_all(test, test.ingest(), table);
    test.only_the_good_arrived();
}

} // namespace

TEST_CASE("hostile: a body whose length can be read in two ways is refused") {
    refuse_all(two_lengths);
}

TEST_CASE("hostile: transfer codings other than one plain chunked are refused") {
    refuse_all(codings);
}

TEST_CASE("hostile: chunks that are none are refused") {
    refuse_all(chunk_shapes);
}

TEST_CASE("hostile: none or two Hosts are refused") {
    refuse_all(hosts);
}

TEST_CASE("hostile: heads that are no HTTP/1.1 are refused") {
    refuse_all(heads);
}

TEST_CASE("hostile: what comes behind the last chunk is no header") {
    hostile_stage test;
    const std::string bare = R"({"event":"Purchase","visitor":{"country":"DE"}})";
    std::ostringstream size;
    size << std::hex << bare.size();
    for (const std::string trailer :
         {"X-Consent-Marketing: granted\r\n", "Cookie: tarteaucitron=!tiktok=true\r\n",
          "Host: evil.example\r\n", "Content-Length: 5\r\n", "Content-Type: text/plain\r\n",
          "Origin: https://evil.example\r\n", "Transfer-Encoding: gzip\r\n"}) {
        const auto came = hear(
            test.ingest(), in_chunks(size.str() + "\r\n" + bare + "\r\n0\r\n" + trailer + "\r\n"));
        CAPTURE(trailer, came.bytes);
        REQUIRE(came.answers.size() == 1);
        // Without the trailer it is dropped; a refusal would do as well.
        CHECK((came.status() == 400 ||
               came.bytes.find(R"("outcome":"dropped")") != std::string::npos));
    }
    test.only_the_good_arrived();
}

TEST_CASE("hostile: a request inside the body of another is not served") {
    hostile_stage test;
    const auto hidden = posting("", event);
    refuses_all(
        test, test.ingest(),
        {{"in a body of its length", posting("", hidden), 400, "invalid_json",
          shape::then::goes_on},
         {"in a chunk",
          in_chunks("1000\r\n" + hidden + std::string(4096 - hidden.size(), ' ') + "\r\n0\r\n\r\n"),
          400, "invalid_json", shape::then::goes_on},
         {"in the body of a GET",
          "GET /v1/events HTTP/1.1\r\n" + host +
              "Content-Length: " + std::to_string(hidden.size()) + "\r\n\r\n" + hidden,
          405, "method_not_allowed"},
         {"in the body of a request to nowhere", posting("", hidden, "/v1/nothing"), 404,
          "not_found"},
         {"in the body of a request for another Host", posting("Host: evil.example\r\n", hidden),
          403, "host_not_allowed"}});
    for (const std::string method : {"GET", "HEAD", "OPTIONS"}) {
        CAPTURE(method);
        const auto came =
            hear(test.ingest(), method + " /consent-relay.js HTTP/1.1\r\n" + host +
                                    "Content-Length: " + std::to_string(hidden.size()) +
                                    "\r\n\r\n" + hidden);
        CHECK(came.answers.size() == 1);
    }
    test.only_the_good_arrived();
}
