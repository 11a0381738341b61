#include <gatepost/core/text.hpp>
#include <gatepost/identity/hash.hpp>

#include <openssl/evp.h>

#include <algorithm>
#include <stdexcept>

namespace gatepost::identity {

struct hasher::state {
    struct freed {
        void operator()(EVP_MD* one) const { EVP_MD_free(one); }
        void operator()(EVP_MD_CTX* one) const { EVP_MD_CTX_free(one); }
    };
    std::unique_ptr<EVP_MD, freed> algorithm{EVP_MD_fetch(nullptr, "SHA256", nullptr)};
    std::unique_ptr<EVP_MD_CTX, freed> context{EVP_MD_CTX_new()};
};

hasher::hasher() : state_(std::make_unique<state>()) {
    if (!state_->algorithm || !state_->context) {
        throw std::runtime_error("OpenSSL offers no SHA-256");
    }
}

hasher::~hasher() = default;
hasher::hasher(hasher&&) noexcept = default;
hasher& hasher::operator=(hasher&&) noexcept = default;

digest256 hasher::sha256(std::string_view bytes) {
    digest256 digest{};
    auto* const context = state_->context.get();
    if (EVP_DigestInit_ex2(context, state_->algorithm.get(), nullptr) != 1 ||
        EVP_DigestUpdate(context, bytes.data(), bytes.size()) != 1 ||
        EVP_DigestFinal_ex(context, digest.data(), nullptr) != 1) {
        throw std::runtime_error("SHA-256 failed");
    }
    return digest;
}

std::string hasher::hex(std::string_view bytes) {
    const auto digest = sha256(bytes);
    return core::to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

bool is_sha256_hex(std::string_view text) {
    return text.size() == 64 &&
           std::ranges::all_of(text, [](char c) { return core::hex_value(c) >= 0; });
}

core::key128 truncate(const digest256& digest) {
    core::key128 key;
    for (std::size_t i = 0; i < 8; ++i) {
        key.high = key.high << 8 | digest[i];
        key.low = key.low << 8 | digest[i + 8];
    }
    return key;
}

} // namespace gatepost::identity
