// How TLS is spoken to the upstream.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>

#include <memory>
#include <string>

namespace gatepost::net {

// TLS 1.2 or newer, security level 2 of OpenSSL or above, the peer verified, whatever OpenSSL's own
// configuration says; keeps the newest session, so that a new connection costs half a handshake.
class tls_client_context {
  public:
    // `ca_file`: PEM, "" for the system's trust anchors, or those that SSL_CERT_FILE and
    // SSL_CERT_DIR name, which is logged. Throws std::runtime_error when it cannot be read.
    explicit tls_client_context(const std::string& ca_file);

    boost::asio::ssl::context& context() { return context_; }
    // Before the handshake: the name (SNI, RFC 6066) or address the certificate must be for
    // (RFC 6125), and the session to resume.
    bool prepare(SSL* connection, std::string host);
    // Why a handshake failed that ended with `error`, in words for people; nothing of the peer's
    // certificate is in them.
    static std::string refusal(SSL* connection, const boost::system::error_code& error);
    // Whether nothing that has come is still to be read, beside what the socket holds.
    static bool is_drained(SSL* connection);
    // Before a connection is dropped: marks its session as good, though nobody says goodbye.
    static void keep_session(SSL* connection);

  private:
    struct session_deleter {
        void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
    };
    static int remember(SSL* connection, SSL_SESSION* session);

    boost::asio::ssl::context context_;
    std::unique_ptr<SSL_SESSION, session_deleter> newest_;
};

} // namespace gatepost::net
