// An upstream over plain HTTP that does to each request what a test has written down, byte for
// byte: what a sandbox that answers as TikTok does cannot do. What it was asked, headers and all,
// is kept.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace gatepost::test {

// What becomes of one request.
struct scripted_act {
    enum class end {
        stays,  // the connection waits for the next request
        closes, // in good order
        resets,
        hangs, // nothing more comes, as long as the client waits
    };
    std::string sends = {};
    end then = end::stays;
    bool reads = true; // false: as soon as the first bytes of the request are there
};

struct received_request {
    std::string target;
    std::string token; // the header Access-Token
    std::string body;  // "" of one that was not read
};

// An answer as bytes; `headers` with a line break behind each.
std::string answer_bytes(int status, const std::string& body, const std::string& headers = "");
std::string ok_answer();

class scripted_upstream {
  public:
    // What becomes of the requests, in the order in which they come; after that all are taken.
    explicit scripted_upstream(std::deque<scripted_act> acts = {});
    ~scripted_upstream();
    scripted_upstream(const scripted_upstream&) = delete;
    scripted_upstream& operator=(const scripted_upstream&) = delete;

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    std::vector<received_request> received() const;
    std::size_t connections() const;

  private:
    void accept_all();
    void serve(std::size_t connection, int socket);
    // False when the connection is over.
    bool serve_next(int socket, std::string& unread);
    scripted_act begin();
    void keep(received_request what);

    int socket_;
    std::uint16_t port_ = 0;
    mutable std::mutex guard_;
    std::deque<scripted_act> acts_;
    std::vector<received_request> received_;
    std::vector<int> open_; // a socket for each connection, -1 once it is closed
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

} // namespace gatepost::test
