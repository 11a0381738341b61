// A stand-in for TikTok's API, both generations, strict about bodies, to try and test against.
// Keeps what came in memory and shows it: it is for made-up data. What POST /_control takes stands
// in src/sandbox/control.hpp, what GET /_events shows in src/sandbox/api.hpp.
#pragma once

#include <gatepost/net/address.hpp>

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>

namespace gatepost::sandbox {

struct options {
    net::listen_address listen{"127.0.0.1", 8789};
    bool tls = false;
    std::string ca_out; // with tls: where to write the certificate to trust (PEM)
};

class sandbox {
  public:
    // Listens at once; throws std::system_error when it cannot.
    sandbox(boost::asio::io_context& context, const options& chosen);
    ~sandbox();

    // "http://127.0.0.1:8789", with the real port.
    std::string url() const;
    void stop();

  private:
    class implementation;
    std::unique_ptr<implementation> implementation_;
};

} // namespace gatepost::sandbox
