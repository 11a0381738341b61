// Heads and bodies that are made to cost: too large, packed, nested; and what is no JSON.

#include "hostile_stage.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <support/machine.hpp>

using namespace gatepost;
using namespace gatepost::test;

namespace {

using namespace std::string_literals;

const std::string event = stolen_event();
constexpr auto goes_on = shape::then::goes_on;
const std::string small_limits = "http: 127.0.0.1:0, max_body: 256KiB, max_header: 8KiB";

std::string hexadecimal(std::size_t number) {
    std::string digits;
    for (; number > 0; number /= 16) {
        digits.insert(0, 1, "0123456789abcdef"[number % 16]);
    }
    return digits;
}

std::string chunk(const std::string& bytes) {
    return hexadecimal(bytes.size()) + "\r\n" + bytes + "\r\n";
}

std::string in_chunks(const std::string& bytes) {
    return framed("Host: localhost\r\nTransfer-Encoding: chunked\r\n", bytes);
}

// What gzip itself makes of the output of a shell command.
std::string gzip_of(const std::string& command) {
    const temporary_directory directory;
    const auto file = directory.file("packed");
    run_command("{ " + command + "; } | gzip -9 | tee " + file);
    return read_file(file);
}

std::string packed(const std::string& bytes, const std::string& coding = "gzip") {
    return posting("Content-Encoding: " + coding + "\r\n", bytes);
}

std::string with_headers(std::size_t count) {
    std::string many;
    for (std::size_t i = 0; i < count; ++i) {
        many += "X-" + std::to_string(i) + ": a\r\n";
    }
    return posting(many, event);
}

shape no_json(const std::string& what, const std::string& body) {
    return {what, posting("", body), 400, "invalid_json", goes_on};
}

void refuse_all(const std::vector<shape>& table) {
    hostile_stage test({.listen = small_limits});
    refuses_all(test, test.ingest(), table);
    test.only_the_good_arrived();
}

} // namespace

TEST_CASE("hostile: heads that are too large are refused") {
    const std::string code = "header_too_large";
    const std::string much(20'000, 'a');
    refuse_all(
        {{"one long line", posting("X: " + much + "\r\n", event), 431, code},
         {"a long name", posting(much + ": x\r\n", event), 431, code},
         {"a long target", posting("", event, "/v1/events?" + much), 431, code},
         {"a long method", much + " /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n", 431, code},
         {"a long Host", posting("Host: " + much + "\r\n", event), 431, code},
         {"a long Cookie", posting("Cookie: a=" + much + "\r\n", event), 431, code},
         {"many lines", with_headers(2000), 431, code},
         {"many empty lines under the limit of bytes", with_headers(500), 431, code},
         {"no end", "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nX: " + much, 431, code},
         {"a line of spaces", posting("X:" + std::string(20'000, ' ') + "\r\n", event), 431, code},
         {"trailers without an end",
          in_chunks(chunk(event) + "0\r\nX: " + std::string(500'000, 'a') + "\r\n\r\n"), 431,
          code}});
}

TEST_CASE("hostile: bodies that are too large are refused, packed or not") {
    const std::string code = "too_large";
    const std::string large(300'000, ' ');
    const auto mebibyte = gzip_of("head -c 1048576 /dev/zero");
    const auto hundred = gzip_of("head -c 104857600 /dev/zero");
    refuse_all(
        {{"a length", posting("", event + large), 413, code},
         {"a length alone", framed("Host: localhost\r\nContent-Length: 9999999999\r\n", ""), 413,
          code},
         {"the largest length",
          framed("Host: localhost\r\nContent-Length: 18446744073709551615\r\n", ""), 413, code},
         {"one chunk", in_chunks(chunk(event + large)), 413, code},
         {"the size of a chunk alone", in_chunks("ffffffff\r\n"), 413, code},
         {"the largest size of a chunk", in_chunks("ffffffffffffffff\r\n"), 413, code},
         {"many chunks", in_chunks([&] {
              std::string all = chunk(event);
              for (int i = 0; i < 40; ++i) {
                  all += chunk(std::string(8192, ' '));
              }
              return all;
          }()),
          413, code},
         {"gzip of a mebibyte", packed(mebibyte), 413, code, goes_on},
         {"gzip of a hundred mebibytes", packed(hundred), 413, code, goes_on},
         {"gzip of nothing but JSON", packed(gzip_of("yes '[' | head -c 1048576")), 413, code,
          goes_on}});
}

TEST_CASE("hostile: bodies that are not packed as they say are refused") {
    const std::string code = "invalid_gzip";
    const std::string unknown = "unsupported_encoding";
    const auto whole = gzip_of("printf '[]'");
    auto wrong_sum = whole;
    wrong_sum[wrong_sum.size() - 6] ^= 1;
    auto no_deflate = whole;
    no_deflate[12] ^= '\xff';
    refuse_all(
        {{"no gzip", packed(event), 400, code, goes_on},
         {"nothing", packed(""), 400, code, goes_on},
         {"half of it", packed(whole.substr(0, whole.size() / 2)), 400, code, goes_on},
         {"no checksum", packed(whole.substr(0, whole.size() - 8)), 400, code, goes_on},
         {"a wrong checksum", packed(wrong_sum), 400, code, goes_on},
         {"wrong bits", packed(no_deflate), 400, code, goes_on},
         {"something behind it", packed(whole + event), 400, code, goes_on},
         {"gzip twice, said once", packed(gzip_of("printf '[]' | gzip")), 400, "invalid_json",
          goes_on},
         {"gzip twice, said twice", packed(whole, "gzip, gzip"), 415, unknown},
         {"two headers", posting("Content-Encoding: gzip\r\nContent-Encoding: identity\r\n", whole),
          415, unknown},
         {"deflate", packed(whole, "deflate"), 415, unknown},
         {"brotli", packed(event, "br"), 415, unknown}});
}

TEST_CASE("hostile: what is no JSON is refused, and nesting before it costs a stack") {
    const auto nested = [](std::size_t depth, const std::string& open, const std::string& close) {
        std::string text = R"({"event":"Purchase","properties":)";
        for (std::size_t i = 0; i < depth; ++i) {
            text += open;
        }
        for (std::size_t i = 0; i < depth; ++i) {
            text += close;
        }
        return text + "}";
    };
    const auto in_string = [](const std::string& bytes) {
        return R"({"event":"Purchase","event_id":"stolen)" + bytes +
               R"(","consent":{"marketing":"granted"}})";
    };
    refuse_all(
        {no_json("lists, 33 deep", nested(32, "[", "]")),
         no_json("lists, 10,000 deep", nested(10'000, "[", "]")),
         no_json("lists without an end", std::string(200'000, '[')),
         no_json("objects without an end",
                 [] {
                     std::string text;
                     for (int i = 0; i < 30'000; ++i) {
                         text += R"({"a":)";
                     }
                     return text;
                 }()),
         no_json("a name twice", stolen_event(R"(,"consent":{"marketing":"denied"})")),
         no_json("a name twice, written otherwise",
                 stolen_event(R"(,"\u0063onsent":{"marketing":"denied"})")),
         no_json("a name twice, deeper", stolen_event(R"(,"properties":{"a":1,"b":2,"a":3})")),
         no_json("a byte that is no UTF-8", in_string("\xff")),
         no_json("half a character", in_string("\xc3")),
         no_json("an overlong NUL", in_string("\xc0\x80")),
         no_json("an overlong slash", in_string("\xe0\x80\xaf")),
         no_json("half of a surrogate pair in UTF-8", in_string("\xed\xa0\x80")),
         no_json("a character beyond the last one", in_string("\xf4\x90\x80\x80")),
         no_json("half of a surrogate pair", in_string("\\ud800")),
         no_json("a NUL in a string", in_string("\0"s)),
         no_json("a NUL behind it", event + "\0"s),
         no_json("a line break in a string", in_string("\n")),
         no_json("something behind it", event + "x"),
         no_json("two events without a list", event + event),
         no_json("a comment", "/* */" + event),
         no_json("a comma too many", "[" + event + ",]"),
         no_json("no number", R"({"event":"a","properties":{"value":NaN}})"),
         no_json("UTF-16", "\xff\xfe{\0}\0"s),
         {"too many events",
          posting("",
                  [] {
                      std::string list = "[{}";
                      for (int i = 0; i < 1000; ++i) {
                          list += ",{}";
                      }
                      return list + "]";
                  }()),
          413, "too_many_events", goes_on}});
}
