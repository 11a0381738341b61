// The keys that events are encrypted under at rest (spool.key_file).
#pragma once

#include <gatepost/core/result.hpp>
#include <gatepost/core/secret_string.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::spool {

// Keys of AES-256 (32 bytes). The first seals; all of them open, so that a key can be replaced
// while records under the old one wait.
class key_ring {
  public:
    // No key: nothing is encrypted.
    key_ring() = default;

    // A key a line, 64 hex digits, as `openssl rand -hex 32` makes it; the newest first. Empty
    // lines and those that begin with # do not count. Errors, in words for people that hold nothing
    // of the file: no key, a line that is none, the same key twice, more than 16.
    static core::result<key_ring, std::string_view> parse(std::string_view text);

    bool empty() const { return keys_ == nullptr || keys_->empty(); }
    std::size_t size() const { return keys_ == nullptr ? 0 : keys_->size(); }

    // What a key is called in the file, in logs and in the status: the first 8 bytes of a digest
    // of it, from which it cannot be found.
    using key_name = std::string; // 8 bytes
    struct key {
        key_name name;
        core::secret_string bytes;
    };
    // nullptr for none of this name.
    const key* find(std::string_view name) const;
    const key* newest() const { return empty() ? nullptr : &keys_->front(); }

    // These keys, and behind them those of `others` that are not among them: they open, too.
    key_ring followed_by(const key_ring& others) const;

    friend bool operator==(const key_ring& a, const key_ring& b);

  private:
    std::shared_ptr<const std::vector<key>> keys_;
};

// For people: 16 hex digits.
std::string shown(std::string_view key_name);

} // namespace gatepost::spool
