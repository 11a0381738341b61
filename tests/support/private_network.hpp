// A network of its own for a test and for every process that it starts from now on: a loopback
// device, other addresses on it, and packets that get lost. Needs root.
#pragma once

#include <optional>
#include <string>

namespace gatepost::test {

class private_network {
  public:
    // Why there can be none here; nothing when there can.
    static std::optional<std::string> why_not();

    // The calling thread enters it, and what it starts afterwards is in it.
    private_network();
    // It leaves it.
    ~private_network();
    private_network(const private_network&) = delete;
    private_network& operator=(const private_network&) = delete;

    // Packets that match, as nft writes it ("ip6 daddr ::1 tcp dport 443"), are lost from now on,
    // without a word to anybody.
    void lose(const std::string& match);
    // All arrive again.
    void heal();

  private:
    int before_; // the network the thread came from
};

} // namespace gatepost::test
