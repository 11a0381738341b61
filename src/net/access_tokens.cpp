#include <gatepost/net/access_tokens.hpp>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <stdexcept>

namespace gatepost::net {
namespace {

using digest = std::array<unsigned char, 32>;

// Of this process alone: what digests can be compared with is known to nobody who sends tokens.
const digest& process_key() {
    static const digest key = [] {
        digest made{};
        if (RAND_priv_bytes(made.data(), static_cast<int>(made.size())) != 1) {
            throw std::runtime_error("no random bytes");
        }
        return made;
    }();
    return key;
}

digest digest_of(std::string_view token) {
    digest made{};
    unsigned size = 0;
    const auto& key = process_key();
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(token.data()), token.size(), made.data(),
             &size) == nullptr ||
        size != made.size()) {
        throw std::runtime_error("HMAC-SHA-256 failed");
    }
    return made;
}

} // namespace

access_tokens::access_tokens(std::vector<core::secret_string> accepted) {
    for (const auto& token : accepted) {
        digests_.push_back(digest_of(token.reveal()));
    }
}

bool access_tokens::accepts(std::string_view offered) const {
    if (offered.empty()) {
        return false;
    }
    const auto shown = digest_of(offered);
    int found = 0;
    for (const auto& each : digests_) {
        found |= static_cast<int>(CRYPTO_memcmp(each.data(), shown.data(), shown.size()) == 0);
    }
    return found != 0;
}

} // namespace gatepost::net
