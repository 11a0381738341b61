// A blocking HTTP/1.1 client on a plain socket, as simple as an application's, independent of the
// code under test.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatepost::test {

struct http_answer {
    int status = 0;                             // 0: the connection ended without an answer
    std::map<std::string, std::string> headers; // names in lower case
    std::string body;
};

class http_connection {
  public:
    // "http://127.0.0.1:8787", "http://[::1]:8787" or "unix:/path"; throws when nobody listens.
    explicit http_connection(const std::string& url);
    ~http_connection();
    http_connection(http_connection&& other) noexcept;
    http_connection(const http_connection&) = delete;
    http_connection& operator=(const http_connection&) = delete;

    using headers = std::vector<std::pair<std::string, std::string>>;
    // Adds Host and, for a body, Content-Length and a JSON Content-Type unless `extra` names them.
    http_answer request(const std::string& method, const std::string& target, const headers& extra,
                        const std::string& body);
    http_answer post(const std::string& target, const std::string& body,
                     const headers& extra = {}) {
        return request("POST", target, extra, body);
    }
    http_answer get(const std::string& target) { return request("GET", target, {}, ""); }

    // Bytes as they are; false when the peer has closed.
    bool send(std::string_view bytes);
    // The answer to HEAD has the length of a body, but none.
    enum class body_follows { yes, no };
    http_answer receive(body_follows body = body_follows::yes);
    // True when the peer has closed and nothing is left to read.
    bool closed();

  private:
    bool fill();

    int socket_ = -1;
    std::string unread_;
};

// One request on a connection of its own.
http_answer http_get(const std::string& url, const std::string& target);

} // namespace gatepost::test
