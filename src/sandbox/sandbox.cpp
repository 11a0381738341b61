#include "api.hpp"
#include "certificate.hpp"

#include <gatepost/net/http_server.hpp>
#include <gatepost/sandbox/sandbox.hpp>

#include <fstream>
#include <optional>
#include <stdexcept>

namespace gatepost::sandbox {
namespace {

std::optional<boost::asio::ssl::context> make_tls(const options& chosen) {
    if (!chosen.tls) {
        return std::nullopt;
    }
    const auto shown = make_certificate();
    if (!chosen.ca_out.empty()) {
        std::ofstream out(chosen.ca_out, std::ios::trunc);
        out << shown.pem;
        if (!out.flush()) {
            throw std::runtime_error("the certificate cannot be written to the file of --ca-out");
        }
    }
    return make_server_context(shown);
}

net::server_options limits() {
    return {.max_body = core::mebibytes(16),
            .request_timeout = std::chrono::seconds(30),
            .idle_timeout = std::chrono::minutes(10)};
}

} // namespace

class sandbox::implementation {
  public:
    implementation(boost::asio::io_context& context, const options& chosen)
        : tls_(make_tls(chosen)), api_([this] { return server_.accepted(); }),
          server_({{&context, &api_}}, limits(), tls_ ? &*tls_ : nullptr),
          url_((chosen.tls ? "https://" : "http://") + server_.listen(chosen.listen).authority()) {}

    const std::string& url() const { return url_; }
    void stop() { server_.abort(); }

  private:
    std::optional<boost::asio::ssl::context> tls_;
    api api_;
    net::http_server server_;
    std::string url_;
};

sandbox::sandbox(boost::asio::io_context& context, const options& chosen)
    : implementation_(std::make_unique<implementation>(context, chosen)) {}

sandbox::~sandbox() = default;

std::string sandbox::url() const {
    return implementation_->url();
}

void sandbox::stop() {
    implementation_->stop();
}

} // namespace gatepost::sandbox
