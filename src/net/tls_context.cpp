#include "tls_context.hpp"

#include <boost/asio/ip/address.hpp>

#include <stdexcept>

namespace gatepost::net {

namespace ssl = boost::asio::ssl;

namespace {

// Asio keeps its own things in the context's app data: ours needs an index of its own.
int owner_index() {
    static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

} // namespace

tls_client_context::tls_client_context(const std::string& ca_file)
    : context_(ssl::context::tls_client) {
    auto* native = context_.native_handle();
    if (SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION) != 1) {
        throw std::runtime_error("TLS 1.2 is not available");
    }
    context_.set_verify_mode(ssl::verify_peer);
    boost::system::error_code failed;
    if (ca_file.empty()) {
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

bool tls_client_context::prepare(SSL* connection, const std::string& host) {
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

std::string tls_client_context::verify_failure(SSL* connection) {
    const long verdict = SSL_get_verify_result(connection);
    return verdict == X509_V_OK ? "" : X509_verify_cert_error_string(verdict);
}

bool tls_client_context::is_drained(SSL* connection) {
    return SSL_has_pending(connection) == 0 && BIO_ctrl_pending(SSL_get_rbio(connection)) == 0;
}

void tls_client_context::keep_session(SSL* connection) {
    SSL_set_shutdown(connection, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

} // namespace gatepost::net
