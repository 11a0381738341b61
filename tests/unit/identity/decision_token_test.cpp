#include <gatepost/core/base64.hpp>
#include <gatepost/core/text.hpp>
#include <gatepost/identity/decision_token.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <support/command.hpp>

using namespace gatepost;
using identity::decision_claim;
using identity::instance_key;
using identity::token_signer;
using identity::token_verdict;

namespace {

const std::string secret = "0123456789abcdef0123456789abcdef";

instance_key key(const std::string& bytes = secret) {
    return instance_key(core::secret_string(bytes));
}

std::string hex(const std::string& bytes) {
    return core::to_hex(bytes);
}

std::chrono::sys_seconds second(std::int64_t since_1970) {
    return std::chrono::sys_seconds(std::chrono::seconds(since_1970));
}

decision_claim granted() {
    return {.verdict = token_verdict::granted,
            .at = second(1'795'340'000),
            .issued = second(1'795'348'800),
            .source = "cookie:euconsent-v2",
            .controller = "shop"};
}

void check_equal(const decision_claim& found, const decision_claim& wanted) {
    CHECK(found.verdict == wanted.verdict);
    CHECK(found.at == wanted.at);
    CHECK(found.issued == wanted.issued);
    CHECK(found.source == wanted.source);
    CHECK(found.controller == wanted.controller);
}

// HMAC-SHA-256 by another program.
std::string openssl_hmac(const std::string& hex_key, const std::string& text) {
    return test::output_of("openssl dgst -sha256 -mac HMAC -macopt hexkey:" + hex_key + " -binary",
                           text);
}

std::string openssl_base64url(const std::string& bytes) {
    auto text = test::output_of("openssl base64 -A", bytes);
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    return text.substr(0, text.find('='));
}

// A token with any text in it, rightly signed.
std::string openssl_token(const std::string& text) {
    const auto signed_text = "gp1." + openssl_base64url(text);
    const auto derived = openssl_hmac(hex(secret), "derive:decision-token");
    return signed_text + "." + openssl_base64url(openssl_hmac(hex(derived), signed_text));
}

} // namespace

TEST_CASE("decision token: what was signed is read again") {
    const token_signer signer(key());
    for (const auto verdict :
         {token_verdict::granted, token_verdict::denied, token_verdict::opted_out,
          token_verdict::implied, token_verdict::undecided}) {
        auto claim = granted();
        claim.verdict = verdict;
        check_equal(signer.verify(signer.sign(claim)).value(), claim);
    }
    auto undated = granted();
    undated.at.reset();
    check_equal(signer.verify(signer.sign(undated)).value(), undated);
}

TEST_CASE("decision token: its text and signature are those that openssl makes") {
    const token_signer signer(key());
    CHECK(
        signer.sign(granted()) ==
        openssl_token(
            R"({"v":"granted","t":1795340000,"i":1795348800,"s":"cookie:euconsent-v2","c":"shop"})"));
}

TEST_CASE("decision token: with any one character changed it is none") {
    const token_signer signer(key());
    const auto token = signer.sign(granted());
    for (std::size_t i = 0; i < token.size(); ++i) {
        for (const char other : {'A', 'B', 'z', '.', '=', '-', '\0'}) {
            auto changed = token;
            changed[i] = other;
            CAPTURE(i, other);
            CHECK(signer.verify(changed).has_value() == (other == token[i]));
        }
    }
}

TEST_CASE("decision token: cut off anywhere, or with anything added, it is none") {
    const token_signer signer(key());
    const auto token = signer.sign(granted());
    for (std::size_t length = 0; length < token.size(); ++length) {
        CAPTURE(length);
        CHECK_FALSE(signer.verify(token.substr(0, length)));
        CHECK_FALSE(signer.verify(token.substr(token.size() - length)));
    }
    for (const std::string more : {"=", ".", " ", "A", "\n"}) {
        CAPTURE(more);
        CHECK_FALSE(signer.verify(token + more));
        CHECK_FALSE(signer.verify(more + token));
    }
}

TEST_CASE("decision token: the unused bits of its last characters must be what they were") {
    const token_signer signer(key());
    const auto token = signer.sign(granted());
    // 32 bytes end in a character of which two bits are padding: the next three say the same bytes.
    auto other = token;
    ++other.back();
    REQUIRE(core::base64_decode(std::string_view(other).substr(other.rfind('.') + 1)) ==
            core::base64_decode(std::string_view(token).substr(token.rfind('.') + 1)));
    CHECK_FALSE(signer.verify(other));
}

TEST_CASE("decision token: of another instance it is none") {
    const auto token = token_signer(key()).sign(granted());
    CHECK_FALSE(token_signer(key("another secret")).verify(token));
    CHECK(token_signer(key()).verify(token).has_value());
}

TEST_CASE("decision token: a right signature does not make a claim of any text") {
    const auto text = GENERATE(
        as<std::string>(), "", "null", "[]", "{}", "granted",
        R"({"v":"yes","t":1,"i":2,"s":"a","c":"b"})", R"({"v":1,"t":1,"i":2,"s":"a","c":"b"})",
        R"({"t":1,"i":2,"s":"a","c":"b"})", R"({"v":"granted","t":"1","i":2,"s":"a","c":"b"})",
        R"({"v":"granted","t":null,"i":2,"s":"a","c":"b"})",
        R"({"v":"granted","t":1.5,"i":2,"s":"a","c":"b"})",
        R"({"v":"granted","t":1,"s":"a","c":"b"})", R"({"v":"granted","t":1,"i":2,"c":"b"})",
        R"({"v":"granted","t":1,"i":2,"s":"a"})", R"({"v":"granted","t":1,"i":2,"s":{},"c":"b"})",
        R"({"v":"granted","v":"denied","t":1,"i":2,"s":"a","c":"b"})");
    CAPTURE(text);
    CHECK_FALSE(token_signer(key()).verify(openssl_token(text)));
}

TEST_CASE("decision token: openssl's own is taken, and one of another version is not") {
    const token_signer signer(key());
    const auto token = openssl_token(R"({"v":"denied","i":2,"s":"a","c":"b"})");
    CHECK(signer.verify(token)->verdict == token_verdict::denied);
    CHECK_FALSE(signer.verify("gp2" + token.substr(3)));
    CHECK_FALSE(signer.verify("GP1" + token.substr(3)));
}

TEST_CASE("decision token: one longer than 2 KiB is none, however well signed") {
    const token_signer signer(key());
    const auto of_length = [](std::size_t controller) {
        return openssl_token(R"({"v":"granted","i":2,"s":"a","c":")" +
                             std::string(controller, 'x') + "\"}");
    };
    const auto fits = of_length(1400);
    const auto too_long = of_length(1500);
    REQUIRE(fits.size() <= 2048);
    REQUIRE(too_long.size() > 2048);
    CHECK(signer.verify(fits).has_value());
    CHECK_FALSE(signer.verify(too_long));
}

TEST_CASE("decision token: a source of odd characters leaves a token that can be read") {
    const token_signer signer(key());
    const auto read_again = [&](std::string source) {
        auto claim = granted();
        claim.source = std::move(source);
        return signer.verify(signer.sign(claim)).value().source;
    };
    CHECK(read_again(R"(cookie:a"b\c</d>)") == R"(cookie:a"b\c</d>)");
    CHECK(read_again("") == "");
    CHECK(read_again(std::string("cookie:\0\n\x7f\xff\xc3\xa4", 13)) == "cookie:??????");
    CHECK(read_again("cookie:" + std::string(5000, '"')) == "cookie:" + std::string(121, '"'));
}

TEST_CASE("decision token: controllers in any script are kept") {
    const token_signer signer(key());
    auto claim = granted();
    claim.controller = "L\xc3\xa4"
                       "den & S\xc3\xb6hne \"\\";
    CHECK(signer.verify(signer.sign(claim))->controller == claim.controller);
}
