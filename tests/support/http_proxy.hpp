// A real HTTP proxy, tinyproxy, which asks for a name and a password.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <support/child_process.hpp>
#include <support/host_names.hpp>
#include <support/temporary_directory.hpp>

namespace gatepost::test {

class http_proxy {
  public:
    // Why there can be none here; nothing when there can.
    static std::optional<std::string> why_not();

    // `names` are those that it knows; they outlive it.
    http_proxy(const host_names& names, const std::string& user, const std::string& password);

    // host:port
    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
    // How many tunnels it was asked for.
    std::size_t tunnels() const;
    void start();
    void kill();

  private:
    temporary_directory directory_;
    const host_names& names_;
    std::uint16_t port_;
    std::unique_ptr<child_process> process_;
};

} // namespace gatepost::test
