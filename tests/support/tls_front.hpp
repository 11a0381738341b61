// A TLS server that is not ours, socat, in front of a plain one, with certificates as they are
// wanted. By the commands of openssl and, for one that has expired, faketime.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <support/child_process.hpp>
#include <support/temporary_directory.hpp>

namespace gatepost::test {

// Kinds of keys, as openssl-req(1) has them behind -newkey.
constexpr auto usual_key = "ec -pkeyopt ec_paramgen_curve:prime256v1";
constexpr auto weak_key = "rsa:1024";

class certificate_authority {
  public:
    certificate_authority();

    std::string file() const { return directory_.file("ca.pem"); }

    struct wish {
        std::string names = "DNS:localhost,IP:127.0.0.1";
        bool expired = false;
        std::string key = usual_key;
    };
    // A file that holds a certificate and its key.
    std::string issue(const wish& chosen);

  private:
    temporary_directory directory_;
    int issued_ = 0;
};

class tls_front {
  public:
    // Why there can be none here; nothing when there can.
    static std::optional<std::string> why_not();

    struct setting {
        std::uint16_t port = 0; // 0: any that is free
        std::string most = "";  // the newest version that it speaks, "TLS1.1"; "" for all
    };
    // `certificate` as issue() gives it; what comes is passed on to `behind`, "http://127.0.0.1:1".
    tls_front(const std::string& certificate, const std::string& behind, const setting& chosen);
    ~tls_front();
    tls_front(const tls_front&) = delete;
    tls_front& operator=(const tls_front&) = delete;

    std::uint16_t port() const { return port_; }
    std::string url(const std::string& host = "localhost") const {
        return "https://" + host + ":" + std::to_string(port_);
    }

  private:
    temporary_directory directory_;
    std::unique_ptr<child_process> socat_;
    std::uint16_t port_ = 0;
};

} // namespace gatepost::test
