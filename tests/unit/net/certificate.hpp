// A certificate, made by openssl's command.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <support/command.hpp>
#include <support/temporary_directory.hpp>

namespace gatepost::test {

class certificate {
  public:
    // From now.
    struct validity {
        std::chrono::seconds from;
        std::chrono::seconds until;
    };

    // Self-signed. `names` as in "DNS:localhost,IP:127.0.0.1".
    explicit certificate(const std::string& names) : certificate(names, "") {}
    certificate(const std::string& names, const certificate& issuer)
        : certificate(names, " -CA " + issuer.file() + " -CAkey " + issuer.key_file()) {}
    certificate(const std::string& names, const validity& when) : certificate(names, "") {
        sign_again(when);
        server_.use_certificate_chain_file(file());
    }

    std::string file() const { return directory_.file("certificate.pem"); } // PEM
    boost::asio::ssl::context* server() { return &server_; }

  private:
    certificate(const std::string& names, const std::string& issuer)
        : server_(boost::asio::ssl::context::tls_server) {
        output_of("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "
                  "-days 2 -subj /CN=test -addext subjectAltName=" +
                      names + issuer + " -keyout " + key_file() + " -out " + file() + " 2>&1",
                  "");
        server_.use_certificate_chain_file(file());
        server_.use_private_key_file(key_file(), boost::asio::ssl::context::pem);
    }

    std::string key_file() const { return directory_.file("key.pem"); }

    // OpenSSL 3.0's command makes none that has expired.
    void sign_again(const validity& when) const {
        using opened = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
        const opened key_in(std::fopen(key_file().c_str(), "r"), &std::fclose);
        const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
            PEM_read_PrivateKey(key_in.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
        const opened in(std::fopen(file().c_str(), "r"), &std::fclose);
        const std::unique_ptr<X509, decltype(&X509_free)> shown(
            PEM_read_X509(in.get(), nullptr, nullptr, nullptr), &X509_free);
        X509_gmtime_adj(X509_getm_notBefore(shown.get()), when.from.count());
        X509_gmtime_adj(X509_getm_notAfter(shown.get()), when.until.count());
        const bool is_signed = X509_sign(shown.get(), key.get(), EVP_sha256()) > 0;
        const opened out(std::fopen(file().c_str(), "w"), &std::fclose);
        if (!is_signed || PEM_write_X509(out.get(), shown.get()) != 1) {
            throw std::runtime_error("the certificate cannot be signed again");
        }
    }

    temporary_directory directory_;
    boost::asio::ssl::context server_;
};

} // namespace gatepost::test
