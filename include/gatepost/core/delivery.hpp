// The words in which a destination and the relay talk: a request to send, its answer, and what the
// answer means for each record of the batch.
#pragma once

#include <gatepost/core/secret_string.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatepost::core {

// One of them may hold an access token.
struct upstream_header {
    std::string name;
    secret_string value;

    upstream_header(std::string of, std::string_view text)
        : name(std::move(of)), value(std::string(text)) {}
};

// An HTTP request to a destination.
struct upstream_request {
    std::string method = "POST";
    std::string target; // path below the endpoint
    std::vector<upstream_header> headers;
    std::string body;
};

struct upstream_answer {
    unsigned status = 0;
    std::optional<std::chrono::seconds> retry_after;
    std::string body;
};

// What became of one record of a batch.
enum class outcome : std::uint8_t {
    delivered,
    dead,    // refused for good: a dead letter
    resend,  // nothing wrong with it, send again at once (another one spoilt the batch)
    suspect, // one or more of the suspects is refused: find out which
    retry,   // try again later
};

// What the answer says about the upstream itself.
enum class upstream_health : std::uint8_t {
    answering,    // it works, whatever it said about the records
    failing,      // counts towards the breaker
    rate_limited, // slow down
    refusing,     // it refuses this pixel or its token
};

// What one answer means for the batch it answers.
struct delivery {
    std::vector<outcome> records; // one per record, in the batch's order
    upstream_health health = upstream_health::answering;
    bool oversized = false;       // the suspects are too many bytes together: halve, do not bisect
    std::string_view label;       // metric label `outcome`, a literal
    std::string_view dead_reason; // dead-letter reason for outcome::dead, a literal
    std::string_view refusal;     // with upstream_health::refusing: what it refuses, a literal
    std::optional<std::chrono::milliseconds> retry_after;
    std::int64_t code = 0;  // the upstream's own code, 0 for none
    std::string message;    // the upstream's own words, at most 500 bytes; not for logs
    std::string request_id; // the upstream's, for logs: at most 48 letters, digits, _ and -
};

} // namespace gatepost::core
