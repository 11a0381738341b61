// A self-signed certificate, made by openssl's command.
#pragma once

#include <boost/asio/ssl/context.hpp>

#include <string>
#include <support/command.hpp>
#include <support/temporary_directory.hpp>

namespace gatepost::test {

class certificate {
  public:
    // `names` as in "DNS:localhost,IP:127.0.0.1".
    explicit certificate(const std::string& names)
        : server_(boost::asio::ssl::context::tls_server) {
        output_of("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "
                  "-days 2 -subj /CN=test -addext subjectAltName=" +
                      names + " -keyout " + directory_.file("key.pem") + " -out " + file() +
                      " 2>&1",
                  "");
        server_.use_certificate_chain_file(file());
        server_.use_private_key_file(directory_.file("key.pem"), boost::asio::ssl::context::pem);
    }

    std::string file() const { return directory_.file("certificate.pem"); } // PEM
    boost::asio::ssl::context* server() { return &server_; }

  private:
    temporary_directory directory_;
    boost::asio::ssl::context server_;
};

} // namespace gatepost::test
