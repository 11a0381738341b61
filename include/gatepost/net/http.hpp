// HTTP as the layers above see it: plain structs, no Beast.
#pragma once

#include <gatepost/core/result.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatepost::net {

struct header {
    std::string_view name;
    std::string_view value;
};

// The head of a request; text lives until the request has been answered.
struct request_head {
    std::string_view method;
    std::string_view target;     // as sent: path, and query if any
    std::vector<header> headers; // in order, repeated ones too
    bool http_1_0 = false;       // else it is HTTP/1.1
    bool over_unix_socket = false;
    std::optional<std::uint32_t> peer_uid; // of the process at the other end of a Unix socket

    // The first value of a header (name in any case), trimmed; nullopt when it is not there.
    std::optional<std::string_view> find(std::string_view name) const;
    std::size_t count(std::string_view name) const;
    // The target up to `?`, without trailing slash (but for "/" itself).
    std::string_view path() const;
    // A query parameter's value as sent (not decoded).
    std::optional<std::string_view> query(std::string_view name) const;
};

struct response {
    unsigned status = 200;
    std::string content_type = "application/json";
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;
    bool reset = false; // answer nothing and reset the connection (for a stand-in that misbehaves)
    std::string error;  // the code of an error_response, "" for any other answer
};

// {"error": {"code", "message", "path"}}; an empty path is left out.
response error_response(unsigned status, const core::input_error& error);
// Kept out of caches (RFC 9111 section 5.2.2.5) and read as nothing but what it says it is (Fetch,
// "X-Content-Type-Options"): for what tells about visitors or the daemon.
response confidential(response given);

// Something that answers requests. One instance serves one thread. (`refusal` is also asked about a
// head that nobody could read: it is empty then.)
class http_handler {
  public:
    virtual ~http_handler() = default;
    // Looks at the head alone: a refusal (answered before the body is read, the connection closes),
    // or nothing, and the body is read.
    virtual std::optional<response> refuse(const request_head& head) = 0;
    // The whole request; the body is unpacked.
    virtual boost::asio::awaitable<response> answer(const request_head& head, std::string body) = 0;
    // The answer to a request that the server itself refuses after `refuse` has let it through,
    // such as 413, in the shape and with the headers that the client needs to read it.
    virtual response refusal(const request_head& /*head*/, unsigned status,
                             const core::input_error& error) {
        return error_response(status, error);
    }
    // An answer with this error code goes out: "host_not_allowed", "too_large", ...
    virtual void refused(std::string_view /*code*/) {}
};

} // namespace gatepost::net
