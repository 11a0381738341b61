// Decision tokens: what a visitor decided, signed, for events that come later without a browser
// (order paid, refund, renewal). An application stores the token with the order and sends it as
// consent.token; docs/consent.md "Decision tokens".
//
// A token names no visitor. It is HMAC-SHA-256 over its own text, under a key derived from the
// instance key.
#pragma once

#include <gatepost/identity/key_file.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatepost::identity {

// What the decision that a token was made of had found.
enum class token_verdict : std::uint8_t { granted, denied, opted_out, implied, undecided };

struct decision_claim {
    token_verdict verdict = token_verdict::undecided;
    std::optional<std::chrono::sys_seconds> at;      // when the visitor chose, where it is known
    std::optional<std::chrono::sys_seconds> expires; // the platform's own expiry, where it has one
    std::chrono::sys_seconds issued{};
    std::string source; // of the finding that decided, as answers show it; a token holds its first
                        // 128 bytes, with `?` for what is not printable ASCII
    std::string controller; // whose decision it is
};

// Any thread; cheap to copy.
class token_signer {
  public:
    explicit token_signer(const instance_key& key);

    // "gp1.<base64url of JSON>.<base64url of the signature>", a few hundred characters.
    std::string sign(const decision_claim& claim) const;
    // nullopt for text that is no token, not one of this key's, or longer than 2 KiB. The signature
    // is compared in constant time.
    std::optional<decision_claim> verify(std::string_view token) const;

  private:
    instance_key key_;
};

} // namespace gatepost::identity
