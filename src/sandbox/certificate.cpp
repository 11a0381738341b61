#include "certificate.hpp"

#include <openssl/bio.h>
#include <openssl/buffer.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>

namespace gatepost::sandbox {
namespace {

template <class T, void (*Free)(T*)>
struct freed_by {
    void operator()(T* object) const { Free(object); }
};
using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY, EVP_PKEY_free>>;
using x509_ptr = std::unique_ptr<X509, freed_by<X509, X509_free>>;
using bio_ptr = std::unique_ptr<BIO, freed_by<BIO, BIO_free_all>>;
using extension_ptr =
    std::unique_ptr<X509_EXTENSION, freed_by<X509_EXTENSION, X509_EXTENSION_free>>;

void require(bool done) {
    if (!done) {
        throw std::runtime_error("the sandbox cannot make its certificate");
    }
}

void add_extension(X509* to, int kind, const char* text) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, to, to, nullptr, nullptr, 0);
    const extension_ptr made(X509V3_EXT_conf_nid(nullptr, &context, kind, text));
    require(made && X509_add_ext(to, made.get(), -1) == 1);
}

std::string text_of(BIO* from) {
    BUF_MEM* memory = nullptr;
    BIO_get_mem_ptr(from, &memory);
    return {memory->data, memory->length};
}

} // namespace

certificate make_certificate() {
    char curve[] = "P-256"; // read as a variable argument, which has no const
    const key_ptr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", &curve[0]));
    const x509_ptr made(X509_new());
    require(key && made);
    require(X509_set_version(made.get(), X509_VERSION_3) == 1);
    require(ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1) == 1);
    constexpr long week = 7L * 24 * 3600;
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), week);
    require(X509_set_pubkey(made.get(), key.get()) == 1);
    auto* name = X509_get_subject_name(made.get());
    const auto* common_name = reinterpret_cast<const unsigned char*>("gatepost sandbox");
    require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common_name, -1, -1, 0) == 1);
    require(X509_set_issuer_name(made.get(), name) == 1);
    add_extension(made.get(), NID_basic_constraints, "critical,CA:TRUE");
    add_extension(made.get(), NID_subject_key_identifier, "hash");
    add_extension(made.get(), NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1");
    require(X509_sign(made.get(), key.get(), EVP_sha256()) != 0);

    const bio_ptr pem(BIO_new(BIO_s_mem()));
    const bio_ptr key_pem(BIO_new(BIO_s_mem()));
    require(PEM_write_bio_X509(pem.get(), made.get()) == 1);
    require(PEM_write_bio_PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                     nullptr) == 1);
    return {text_of(pem.get()), text_of(key_pem.get())};
}

boost::asio::ssl::context make_server_context(const certificate& shown) {
    namespace ssl = boost::asio::ssl;
    ssl::context context(ssl::context::tls_server);
    require(SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION) == 1);
    context.use_certificate_chain(boost::asio::buffer(shown.pem));
    context.use_private_key(boost::asio::buffer(shown.key_pem), ssl::context::pem);
    return context;
}

} // namespace gatepost::sandbox
