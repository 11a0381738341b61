// HTTP as the layers above see it: plain structs, no Beast.
#pragma once

#include <gatepost/core/result.hpp>

#include <boost/asio/awaitable.hpp>

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
    bool over_unix_socket = false;

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
};

// {"error": {"code", "message", "path"}}; an empty path is left out.
response error_response(unsigned status, const core::input_error& error);

// Something that answers requests. One instance serves one thread.
class http_handler {
  public:
    virtual ~http_handler() = default;
    // Looks at the head alone: a refusal (answered before the body is read, the connection closes),
    // or nothing, and the body is read.
    virtual std::optional<response> refuse(const request_head& head) = 0;
    // The whole request; the body is unpacked.
    virtual boost::asio::awaitable<response> answer(const request_head& head, std::string body) = 0;
};

} // namespace gatepost::net
