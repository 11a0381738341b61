#include <gatepost/identity/key_file.hpp>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <stdexcept>

namespace gatepost::identity {
namespace {

struct freed {
    void operator()(EVP_MAC* algorithm) const { EVP_MAC_free(algorithm); }
    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using mac_context = std::unique_ptr<EVP_MAC_CTX, freed>;

void require(bool done) {
    if (!done) {
        throw std::runtime_error("HMAC-SHA-256 failed");
    }
}

} // namespace

// The key schedule is done once here; each HMAC starts from a copy of it.
instance_key::instance_key(const core::secret_string& secret) {
    const std::unique_ptr<EVP_MAC, freed> algorithm(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
    require(algorithm != nullptr);
    mac_context context(EVP_MAC_CTX_new(algorithm.get()));
    std::string digest = "SHA256";
    const std::array parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), digest.size()),
        OSSL_PARAM_construct_end()};
    const auto bytes = secret.reveal();
    require(context != nullptr &&
            EVP_MAC_init(context.get(), reinterpret_cast<const unsigned char*>(bytes.data()),
                         bytes.size(), parameters.data()) == 1);
    keyed_ = std::shared_ptr<const evp_mac_ctx_st>(std::move(context));
}

digest256 instance_key::hmac(std::string_view bytes) const {
    const mac_context context(EVP_MAC_CTX_dup(keyed_.get()));
    digest256 digest{};
    std::size_t size = 0;
    require(context != nullptr &&
            EVP_MAC_update(context.get(), reinterpret_cast<const unsigned char*>(bytes.data()),
                           bytes.size()) == 1 &&
            EVP_MAC_final(context.get(), digest.data(), &size, digest.size()) == 1 &&
            size == digest.size());
    return digest;
}

instance_key instance_key::derive(std::string_view label) const {
    // No subject key is made of text that begins so.
    auto digest = hmac(std::string("derive:").append(label));
    const core::secret_string secret(
        std::string(reinterpret_cast<const char*>(digest.data()), digest.size()));
    OPENSSL_cleanse(digest.data(), digest.size());
    return instance_key(secret);
}

} // namespace gatepost::identity
