// The instance key: made at the first start, kept in a file of mode 0600.
#pragma once

#include <gatepost/core/result.hpp>
#include <gatepost/core/secret_string.hpp>
#include <gatepost/identity/hash.hpp>

#include <memory>
#include <string>
#include <string_view>

struct evp_mac_ctx_st; // OpenSSL's EVP_MAC_CTX

namespace gatepost::identity {

// Cheap to copy; any thread.
class instance_key {
  public:
    // Takes the bytes of the key, not their hex digits.
    explicit instance_key(const core::secret_string& secret);
    // HMAC-SHA-256 (RFC 2104).
    digest256 hmac(std::string_view bytes) const;
    // A key for another purpose, from which this one cannot be found. The same label gives the same
    // key; what was signed under it is with applications, so labels never change.
    instance_key derive(std::string_view label) const;

  private:
    std::shared_ptr<const evp_mac_ctx_st> keyed_;
};

// Reads the key (64 hex digits, one line) or, when there is no such file, makes one of 256 random
// bits and writes it durably with mode 0600; a file that is there is never overwritten. Errors:
// what the file system says; errc::bad_key (identity/error.hpp) for a file that holds anything
// else.
core::result<instance_key> load_or_create_key(const std::string& path);

} // namespace gatepost::identity
