// A client that writes whatever bytes it likes, and hears everything that comes back.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <support/http_connection.hpp>
#include <vector>

namespace gatepost::test {

// All that came on one connection.
struct heard {
    std::vector<http_answer> answers; // 1xx are none
    std::string bytes;
    bool closed = false; // by the peer, within 15 s

    // Of the first answer; 0 and "" when there was none.
    int status() const { return answers.empty() ? 0 : answers.front().status; }
    std::string code() const;
};

class hostile_client {
  public:
    // As http_connection has it.
    explicit hostile_client(const std::string& url);
    ~hostile_client();
    hostile_client(const hostile_client&) = delete;
    hostile_client& operator=(const hostile_client&) = delete;

    // False when the peer is gone; it is waited for at most 15 s.
    bool send(std::string_view bytes);
    // Sends no more, as the peer will notice.
    void finish();
    // True when something can be read, or the peer has closed, within this time.
    bool hears(int milliseconds) const;
    // Reads until the peer closes.
    heard hear();

  private:
    int socket_;
};

// Sends the bytes on a connection of their own, then nothing more, and hears what comes.
heard hear(const std::string& url, std::string_view bytes);

// The code of a refusal, in the words of Gatepost or, as digits, in TikTok's; "" when the body is
// none.
std::string error_code(const http_answer& answer);

} // namespace gatepost::test
