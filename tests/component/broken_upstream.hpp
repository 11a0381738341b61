// An upstream that does to its connections what the network does: one fault for each connection in
// turn, then it answers as it should.
#pragma once

#include <gatepost/net/address.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace gatepost::test {

enum class fault {
    reset_unread,        // before the request is read
    reset_taken,         // after the events were taken, before the answer
    reset_in_answer,     // in the middle of the answer; the events were taken
    reset_after_answer,  // after the whole of an answer that says that the connection stays
    no_answer,           // reads, and says nothing as long as the client waits
    refused_in_the_body, // answers 413 by the head and closes while the body is on its way
};

class broken_upstream {
  public:
    explicit broken_upstream(std::vector<fault> faults);
    ~broken_upstream();
    broken_upstream(const broken_upstream&) = delete;
    broken_upstream& operator=(const broken_upstream&) = delete;

    net::endpoint endpoint() const { return {false, "127.0.0.1", port_}; }
    // How often each event_id was taken.
    std::map<std::string, int> taken() const;
    std::size_t connections() const;

  private:
    void run();
    void serve(int socket, std::size_t number);
    void take(const std::string& body);

    std::vector<fault> faults_;
    int socket_;
    std::uint16_t port_ = 0;
    mutable std::mutex guard_;
    std::map<std::string, int> taken_;
    std::size_t connections_ = 0;
    std::thread thread_;
};

} // namespace gatepost::test
