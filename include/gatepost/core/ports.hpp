// What operators' routes may ask, without knowing who answers.
#pragma once

#include <gatepost/core/clock.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::core {

enum class phase : std::uint8_t { starting, running, draining };

struct readiness {
    core::phase phase = phase::starting;
    bool spool_full = false;
};

// The upstream's last word about a pixel's events.
struct last_answer {
    std::string outcome; // the metric's word: "ok", ...
    std::int64_t code = 0;
    std::string request_id;
    std::string detail; // why there was no answer, in the words of the machine; "" when there was
    wall_time at;
};

struct pixel_status {
    std::string id;
    std::string controller;
    std::uint64_t waiting = 0;
    std::uint64_t leased = 0;
    std::uint64_t delivered = 0; // since the start
    std::string breaker;         // "closed", "half_open" or "open"
    std::string source;          // TikTok's event_source: "web", ...
    bool observes = false;       // mode: observe
    double rate = 0;             // requests a second now; 0 for no limit
    std::string paused;          // why nothing is sent: "token", "permission", ...; "" when not
    std::optional<last_answer> last;
    // TC strings of its events since the start, by what they say of the configured vendor.
    std::uint64_t tcf_disclosed = 0;
    std::uint64_t tcf_not_disclosed = 0;
    std::uint64_t tcf_unreadable = 0;
    bool tcf_never_disclosed = false; // enough of them to be sure
};

struct daemon_status {
    readiness ready;
    std::chrono::seconds uptime{0};
    std::uint64_t registry_keys = 0;
    std::vector<pixel_status> pixels;
};

// Asked on any thread.
class status_source {
  public:
    virtual ~status_source() = default;
    virtual readiness ready() const = 0;
    virtual daemon_status status() const = 0;
};

// Asked on any thread.
class pixel_control {
  public:
    virtual ~pixel_control() = default;
    // A paused pixel is tried again at once. False for one that is not configured.
    virtual bool resume(std::string_view pixel) = 0;
};

// An explanation of what would be decided about posted events, as an HTTP answer.
struct explanation {
    unsigned status = 200;
    std::string body; // JSON
};

class explainer {
  public:
    virtual ~explainer() = default;
    // Takes the body of POST /v1/explain. Asked on the thread of the operators' routes.
    virtual explanation explain(std::string body) = 0;
};

} // namespace gatepost::core
