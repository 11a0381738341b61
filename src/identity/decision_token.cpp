#include <gatepost/core/base64.hpp>
#include <gatepost/core/json.hpp>
#include <gatepost/identity/decision_token.hpp>

#include <openssl/crypto.h>

#include <algorithm>
#include <array>

namespace gatepost::identity {
namespace {

// Applications keep tokens for months: what stands here is read by every later version.
constexpr std::string_view version = "gp1.";
constexpr std::string_view key_label = "decision-token";
constexpr std::size_t max_token = 2048; // characters
// A cookie's name is part of a source, and some names are the visitor's to choose.
constexpr std::size_t max_source = 128; // bytes

struct word {
    token_verdict verdict;
    std::string_view text;
};
constexpr std::array words{
    word{token_verdict::granted, "granted"},     word{token_verdict::denied, "denied"},
    word{token_verdict::opted_out, "opted_out"}, word{token_verdict::implied, "implied"},
    word{token_verdict::undecided, "undecided"},
};

// Printable ASCII of a bounded length: what is signed must be readable as JSON again.
std::string presentable(std::string_view source) {
    std::string result(source.substr(0, max_source));
    std::ranges::replace_if(
        result, [](char c) { return c < ' ' || c > '~'; }, '?');
    return result;
}

std::string text_of(const decision_claim& claim) {
    core::json::writer out;
    out.begin_object();
    out.member("v", std::ranges::find(words, claim.verdict, &word::verdict)->text);
    if (claim.at) {
        out.member("t", std::int64_t{claim.at->time_since_epoch().count()});
    }
    if (claim.expires) {
        out.member("x", std::int64_t{claim.expires->time_since_epoch().count()});
    }
    out.member("i", std::int64_t{claim.issued.time_since_epoch().count()});
    out.member("s", presentable(claim.source));
    out.member("c", claim.controller);
    out.end_object();
    return out.take();
}

std::optional<std::chrono::sys_seconds> read_time(core::json::value from) {
    const auto seconds = from.integer();
    return seconds ? std::optional(std::chrono::sys_seconds(std::chrono::seconds(*seconds)))
                   : std::nullopt;
}

std::optional<decision_claim> read_claim(std::string text) {
    const auto parsed = core::json::parse(std::move(text), 1);
    if (!parsed) {
        return std::nullopt;
    }
    const auto root = parsed->root();
    const auto verdict = std::ranges::find(words, root.find("v").text(), &word::text);
    const auto at = read_time(root.find("t"));
    const auto expires = read_time(root.find("x"));
    const auto issued = read_time(root.find("i"));
    const auto source = root.find("s");
    const auto controller = root.find("c");
    if (verdict == words.end() || (root.find("t") && !at) || (root.find("x") && !expires) ||
        !issued || !source.is_string() || !controller.is_string()) {
        return std::nullopt;
    }
    return decision_claim{.verdict = verdict->verdict,
                          .at = at,
                          .expires = expires,
                          .issued = *issued,
                          .source = std::string(source.text()),
                          .controller = std::string(controller.text())};
}

// Base64url as base64url_encode() writes it: of the many texts for the same bytes only one.
std::optional<std::string> decode_exactly(std::string_view text) {
    auto bytes = core::base64_decode(text);
    return bytes && core::base64url_encode(*bytes) == text ? std::move(bytes) : std::nullopt;
}

} // namespace

token_signer::token_signer(const instance_key& key) : key_(key.derive(key_label)) {}

std::string token_signer::sign(const decision_claim& claim) const {
    auto token = std::string(version) + core::base64url_encode(text_of(claim));
    const auto signature = key_.hmac(token);
    token += '.';
    token +=
        core::base64url_encode({reinterpret_cast<const char*>(signature.data()), signature.size()});
    return token;
}

std::optional<decision_claim> token_signer::verify(std::string_view token) const {
    if (token.size() > max_token || !token.starts_with(version)) {
        return std::nullopt;
    }
    const auto dot = token.find('.', version.size());
    if (dot == std::string_view::npos) {
        return std::nullopt;
    }
    const auto signature = decode_exactly(token.substr(dot + 1));
    const auto expected = key_.hmac(token.substr(0, dot));
    if (!signature || signature->size() != expected.size() ||
        CRYPTO_memcmp(signature->data(), expected.data(), expected.size()) != 0) {
        return std::nullopt;
    }
    auto text = decode_exactly(token.substr(version.size(), dot - version.size()));
    return text ? read_claim(*std::move(text)) : std::nullopt;
}

} // namespace gatepost::identity
