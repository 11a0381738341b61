// Requests broken at random: each is answered or its connection ends, and nothing leaves that no
// application has named as granted.

#include "hostile_stage.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <support/eventually.hpp>

using namespace gatepost;
using namespace gatepost::test;

namespace {

using namespace std::string_literals;

constexpr std::uint32_t seed = 20261123;
constexpr int rounds = 4000;

// Stands in the requests for an id that no other round has, of the same length.
const std::string id_here = "@@@@@@@@@@@@";

std::string id_of(int round) {
    auto digits = std::to_string(std::mt19937_64(static_cast<std::uint64_t>(round))());
    return "e" + digits.substr(0, id_here.size() - 1);
}

// The word without which an event may not be sent where consent comes first.
constexpr auto grants = "granted";

std::string event(const std::string& id, const std::string& more) {
    return R"({"event":"Purchase","event_id":")" + id +
           R"(","visitor":{"country":"DE"},"user":{"email":"a@b.example"})" + more + "}";
}

std::string in_one_chunk(const std::string& bytes) {
    std::ostringstream size;
    size << std::hex << bytes.size();
    return size.str() + "\r\n" + bytes + "\r\n";
}

std::string tiktok_request(const std::string& id, const std::string& more) {
    return posting("",
                   std::string(R"({"event_source":"web","event_source_id":")") + pixel_code +
                       R"(","data":[)" + event(id, more) + "]}",
                   "/open_api/v1.3/event/track/");
}

std::vector<std::string> requests_with(const std::string& consent) {
    const auto one = event(id_here, consent);
    const auto list = "[" + one + "," + event(id_here + "-2", consent) + "]";
    return {posting("", one),
            posting("Expect: 100-continue\r\nIdempotency-Key: k\r\n", one),
            posting("", list),
            posting("", R"({"events":)" + list + "}"),
            framed("Host: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n",
                   in_one_chunk(one) + "0\r\n\r\n"),
            posting("Origin: https://shop.example\r\nX-Forwarded-For: 203.0.113.7\r\n", one),
            tiktok_request(id_here, consent),
            posting("", one) + posting("", one)};
}

// Good requests, some of which grant; and one of each route that sends nothing.
std::vector<std::string> good_requests() {
    const auto granted = requests_with(R"(,"consent":{"marketing":"granted"})");
    auto all = granted;
    all.insert(all.end(), granted.begin(), granted.end());
    for (const std::string consent :
         {R"(,"consent":{"marketing":"denied"})", "", R"(,"consent":{"us_privacy":"1YNN"})"}) {
        std::ranges::copy(requests_with(consent), std::back_inserter(all));
    }
    const std::string who = R"({"visitor":{"cookie":"_ttp=0"},"user":{"external_id":"u"}})";
    for (const std::string target : {"/v1/erasure", "/v1/subject"}) {
        all.push_back(posting("", who, target));
    }
    all.push_back(posting("", event(id_here, ""), "/v1/explain"));
    all.push_back(asking("GET", "/consent-relay.js"));
    all.push_back(
        asking("OPTIONS", "/v1/events", "Host: localhost\r\nOrigin: https://shop.example\r\n"));
    return all;
}

const std::vector<std::string> splinters{
    "\r\n",
    "\n",
    "\r",
    "\r\n\r\n",
    "\0"s,
    " ",
    "\t",
    ":",
    "0\r\n\r\n",
    "\xff",
    "\xed\xa0\x80",
    "{",
    "}",
    "[",
    "]",
    "\"",
    ",",
    "\\u0000",
    "1e999",
    "-0",
    "null",
    "\\ud800",
    "HTTP/1.1",
    "Host: evil.example\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Content-Length: 5\r\n",
    "Content-Encoding: gzip\r\n",
    "Origin: null\r\n",
    "Connection: close\r\n",
    "Upgrade: h2c\r\n",
    "Expect: 100-continue\r\n",
    "POST /v1/events HTTP/1.1\r\n",
    "/v1/consent",
    std::string(5000, 'x'),
    std::string(200, '['),
};

class wrecker {
  public:
    explicit wrecker(std::vector<std::string> whole) : whole_(std::move(whole)) {}

    std::string next(const std::string& id) {
        auto bytes = any(whole_);
        for (auto at = bytes.find(id_here); at != std::string::npos; at = bytes.find(id_here)) {
            bytes.replace(at, id.size(), id);
        }
        for (auto times = 1 + below(2); times > 0; --times) {
            hit(bytes);
        }
        if (below(2) == 0) {
            mend_length(bytes);
        }
        return bytes;
    }

  private:
    std::size_t below(std::size_t count) {
        return std::uniform_int_distribution<std::size_t>(0, count - 1)(chance_);
    }
    const std::string& any(const std::vector<std::string>& of) { return of[below(of.size())]; }

    void hit(std::string& bytes) {
        const auto at = below(bytes.size() + 1);
        const auto count = below(std::min<std::size_t>(bytes.size() - at, 8) + 1);
        switch (below(7)) {
        case 0:
            bytes.erase(at, count);
            break;
        case 1:
            bytes.insert(at, bytes.substr(at, count));
            break;
        case 2:
            bytes.resize(at);
            break;
        case 3:
            bytes.insert(at, any(splinters));
            break;
        case 4:
            bytes.replace(at, count, any(splinters));
            break;
        case 5: {
            // The head of one and the rest of another.
            const auto& other = any(whole_);
            const auto from = below(other.size());
            bytes = bytes.substr(0, at) + other.substr(from);
            break;
        }
        default:
            if (at < bytes.size()) {
                bytes[at] = static_cast<char>(below(256));
            }
        }
    }

    // So that what is broken in a body is not all taken for half of one.
    static void mend_length(std::string& bytes) {
        const std::string name = "Content-Length: ";
        const auto value = bytes.find(name);
        const auto body = bytes.find("\r\n\r\n");
        if (value < body && body != std::string::npos) {
            const auto from = value + name.size();
            const auto end = bytes.find('\r', from);
            const auto length = std::to_string(bytes.size() - body - 4);
            bytes.replace(from, end - from, length);
        }
    }

    std::mt19937 chance_{seed};
    std::vector<std::string> whole_;
};

} // namespace

TEST_CASE("hostile: of requests broken at random nothing leaves that was not granted by name") {
    constexpr std::array known{200, 202, 204, 400, 403, 404, 405,
                               408, 411, 413, 415, 422, 431, 503};
    hostile_stage test({.listen = "http: 127.0.0.1:0, max_header: 4KiB, "
                                  "allowed_origins: [\"https://shop.example\"]",
                        .more = "consent: {regime: {force: opt_in}}"});
    wrecker source(good_requests());
    std::map<std::string, std::string> sent; // by id
    int answered = 0;
    for (int round = 0; round < rounds; ++round) {
        const auto id = id_of(round);
        const auto bytes = source.next(id);
        const auto came = hear(test.ingest(), bytes);
        CAPTURE(round, bytes, came.bytes);
        REQUIRE(came.closed);
        for (const auto& answer : came.answers) {
            REQUIRE(std::ranges::count(known, answer.status) == 1);
        }
        if (bytes.find(grants) == std::string::npos) {
            REQUIRE(came.bytes.find("queued") == std::string::npos);
        }
        answered += came.answers.empty() ? 0 : 1;
        sent[id] = bytes;
    }
    CHECK(answered > rounds / 2);

    test.serves_a_good_request();
    std::vector<std::string> arrived;
    REQUIRE(eventually([&] {
        arrived = test.arrived_ids();
        return std::ranges::count(arrived, "good-0") == 1;
    }));
    CHECK(arrived.size() > 50);
    for (const auto& id : arrived) {
        const auto from = sent.find(id.substr(0, id_here.size()));
        if (from != sent.end()) {
            CAPTURE(id, from->second);
            CHECK(from->second.find(grants) != std::string::npos);
        }
    }
}
