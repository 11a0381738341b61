// The tokens that a listener takes (RFC 6750, section 2.1).
#pragma once

#include <gatepost/core/secret_string.hpp>

#include <array>
#include <string_view>
#include <vector>

namespace gatepost::net {

// Any of a few serves, so that an old one holds until every client has the new one.
class access_tokens {
  public:
    access_tokens() = default;
    explicit access_tokens(std::vector<core::secret_string> accepted);

    // None: whoever comes through the door is taken.
    bool empty() const { return digests_.empty(); }
    // In a time that tells nothing of the tokens: all of them are compared, by digests of one
    // length under a key of this process.
    bool accepts(std::string_view offered) const;

    friend bool operator==(const access_tokens& a, const access_tokens& b) = default;

  private:
    std::vector<std::array<unsigned char, 32>> digests_; // the tokens themselves are not kept
};

} // namespace gatepost::net
