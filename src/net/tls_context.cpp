#include "tls_context.hpp"

#include <gatepost/observe/log.hpp>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/error.hpp>
#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

namespace gatepost::net {

namespace ssl = boost::asio::ssl;

namespace {

// Asio keeps its own things in the context's app data: ours needs an index of its own.
int owner_index() {
    static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

// What OpenSSL says of a certificate, and what that means where its words do not say it.
std::string certificate_refusal(long verdict) {
    const std::string reason = X509_verify_cert_error_string(verdict);
    switch (verdict) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return "certificate is not valid for the host: " + reason;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        return "certificate of an authority that is not trusted: " + reason;
    default:
        return reason;
    }
}

std::string protocol_refusal(const boost::system::error_code& error) {
    switch (ERR_GET_REASON(static_cast<unsigned long>(error.value()))) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
        return "the other end does not speak TLS: " + error.message();
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
        return "TLS 1.2 or newer is needed: " + error.message();
    default:
        return error.message();
    }
}

// OpenSSL reads a configuration file by itself, and OPENSSL_CONF in the environment may name
// another: it may set any of this. What is stricter there stays.
void insist_on_safety(SSL_CTX* context) {
    if (SSL_CTX_get_min_proto_version(context) < TLS1_2_VERSION &&
        SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1) {
        throw std::runtime_error("TLS 1.2 is not available");
    }
    // 112 bits (RSA and DH of 2048, no SHA-1 signatures), and no cipher suite without a
    // certificate: with one of those SSL_VERIFY_PEER would mean nothing.
    constexpr int least_security_level = 2;
    SSL_CTX_set_security_level(context,
                               std::max(least_security_level, SSL_CTX_get_security_level(context)));
    // RFC 5746.
    SSL_CTX_clear_options(context,
                          SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION);
    SSL_CTX_set0_verify_cert_store(context, nullptr); // none beside the one that is filled here
}

// They are OpenSSL's own way to name trust anchors, so they serve; but nobody is to trust other
// authorities than he thinks.
void tell_of_other_anchors() {
    for (const char* name : {X509_get_default_cert_file_env(), X509_get_default_cert_dir_env()}) {
        if (const char* value = secure_getenv(name); value != nullptr) {
            observe::log(observe::level::info,
                         "the environment names the trust anchors for the upstream, not the system",
                         {{"variable", name}, {"value", value}});
        }
    }
}

} // namespace

tls_client_context::tls_client_context(const std::string& ca_file)
    : context_(ssl::context::tls_client) {
    auto* native = context_.native_handle();
    insist_on_safety(native);
    context_.set_verify_mode(ssl::verify_peer);
    boost::system::error_code failed;
    if (ca_file.empty()) {
        tell_of_other_anchors();
        context_.set_default_verify_paths(failed);
    } else {
        context_.load_verify_file(ca_file, failed);
    }
    if (failed) {
        throw std::runtime_error("relay.ca_file cannot be read as PEM certificates: " +
                                 failed.message());
    }
    SSL_CTX_set_ex_data(native, owner_index(), this);
    SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(native, &tls_client_context::remember);
}

int tls_client_context::remember(SSL* connection, SSL_SESSION* session) {
    auto* owner = static_cast<tls_client_context*>(
        SSL_CTX_get_ex_data(SSL_get_SSL_CTX(connection), owner_index()));
    owner->newest_.reset(session);
    return 1; // the session is ours now
}

bool tls_client_context::prepare(SSL* connection, std::string host) {
    if (host.ends_with('.')) {
        host.pop_back(); // neither SNI (RFC 6066 section 3) nor certificates have it
    }
    boost::system::error_code no_address;
    boost::asio::ip::make_address(host, no_address);
    const bool named =
        no_address ? SSL_set_tlsext_host_name(connection, host.c_str()) == 1 &&
                         SSL_set1_host(connection, host.c_str()) == 1
                   : X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection), host.c_str()) == 1;
    if (newest_) {
        SSL_set_session(connection, newest_.get());
    }
    return named;
}

std::string tls_client_context::refusal(SSL* connection, const boost::system::error_code& error) {
    if (const long verdict = SSL_get_verify_result(connection); verdict != X509_V_OK) {
        return certificate_refusal(verdict);
    }
    if (error.category() == boost::asio::error::get_ssl_category()) {
        return protocol_refusal(error);
    }
    if (error == ssl::error::stream_truncated || error == boost::asio::error::eof) {
        return "closed in the TLS handshake";
    }
    return "in the TLS handshake: " + error.message();
}

bool tls_client_context::is_drained(SSL* connection) {
    return SSL_has_pending(connection) == 0 && BIO_ctrl_pending(SSL_get_rbio(connection)) == 0;
}

void tls_client_context::keep_session(SSL* connection) {
    SSL_set_shutdown(connection, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

} // namespace gatepost::net
