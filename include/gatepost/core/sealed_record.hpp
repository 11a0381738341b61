// The only thing the spool takes: an event that passed the gate, encoded and hashed.
#pragma once

#include <gatepost/core/clock.hpp>
#include <gatepost/core/ids.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace gatepost::tiktok {
class encoder;
}

namespace gatepost::core {

// What a visitor is known by on this machine: a keyed hash of one identifier.
// The numbers are stored; never change them.
struct subject_key {
    enum class kind : std::uint8_t { email = 1, phone = 2, external_id = 3, ttp = 4, ttclid = 5 };
    kind type = kind::email;
    key128 digest;
    friend auto operator<=>(const subject_key&, const subject_key&) = default;
};

// An event on its way out. `payload` is the event as the upstream will get it (one JSON object);
// `evidence` is the decision with its findings (JSON, no identifiers).
struct record {
    std::string pixel; // TikTok's event_source_id
    std::string event; // event name
    std::string event_id;
    std::string controller; // the scope of a visitor's choice
    // Records of different variants never share a request; the destination's own word (for TikTok
    // tiktok::variant).
    std::string variant;
    std::string payload;
    std::string evidence;
    key128 duplicate_key; // of pixel, event and event_id
    std::vector<subject_key> subjects;
    std::chrono::sys_seconds event_time;
    wall_time received;
};

// A record that went through the gate. Only tiktok::encoder makes one, and it takes nothing but a
// consent::permitted event, so what was not permitted cannot reach the spool.
class sealed_record {
  public:
    const record& operator*() const { return record_; }
    const record* operator->() const { return &record_; }

  private:
    friend class tiktok::encoder;
    explicit sealed_record(record content) : record_(std::move(content)) {}
    record record_;
};

} // namespace gatepost::core
