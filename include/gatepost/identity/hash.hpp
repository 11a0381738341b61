// SHA-256 as TikTok wants it: over UTF-8 bytes, 64 lower-case hex digits, no salt.
#pragma once

#include <gatepost/core/ids.hpp>

#include <array>
#include <memory>
#include <string>
#include <string_view>

namespace gatepost::identity {

using digest256 = std::array<unsigned char, 32>;

// Holds a fetched digest and its context (OpenSSL's implicit fetch per call costs three times as
// much). Not for two threads at once.
class hasher {
  public:
    hasher();
    ~hasher();
    hasher(hasher&&) noexcept;
    hasher& operator=(hasher&&) noexcept;

    digest256 sha256(std::string_view bytes);
    std::string hex(std::string_view bytes); // sha256, in lower-case hex

  private:
    struct state;
    std::unique_ptr<state> state_;
};

// 64 hex digits of any case: a hash already.
bool is_sha256_hex(std::string_view text);
// The first 16 bytes of a digest.
core::key128 truncate(const digest256& digest);

} // namespace gatepost::identity
