// The fate of every order: what the daemon answered, what arrived, and whether the two go together.
// Some thirty bytes for an order, so that it can be kept for millions.
#pragma once

#include "order.hpp"

#include <gatepost/core/clock.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gatepost::campaigns {

// The last thing the daemon said of an order. What was acknowledged stays so.
enum class answer : std::uint8_t {
    none,      // posted, or about to be
    refused,   // 503 or 429: nothing kept
    dropped,   // by the gate
    queued,    // from here on acknowledged
    duplicate, // of itself, posted before
};
constexpr bool is_acknowledged(answer what) {
    return what >= answer::queued;
}

// An order in a request of the daemon's.
struct sighting {
    order_number number = 0;
    std::string_view pixel;
    std::string_view event;
    std::string_view event_id;
    std::int64_t value = 0;
};

struct totals {
    std::uint64_t orders = 0;
    std::uint64_t acknowledged = 0;
    std::uint64_t dropped = 0;
    std::uint64_t refusals = 0;        // answers of 503 or 429, for an event each
    std::uint64_t refused = 0;         // to the end
    std::uint64_t unanswered = 0;      // to the end
    std::uint64_t delivered = 0;       // distinct
    std::uint64_t repeated = 0;        // deliveries beyond the first
    std::uint64_t withdrawn = 0;       // and not delivered
    std::uint64_t kept_unanswered = 0; // delivered or dead although no answer came
    std::uint64_t sent_though_refused = 0;
    std::map<std::string, std::uint64_t> dead; // by reason
};

class account {
  public:
    explicit account(const core::clock& time = core::system_clock())
        : clock_(time), beginning_(time.steady()) {}

    order_number open(std::size_t pixel, said what, bool with_id);
    std::size_t pixel_of(order_number number) const;
    said said_by(order_number number) const;

    // Since the beginning; examples of findings name their time so.
    std::chrono::milliseconds age() const;

    // "" for an event id that the answer does not give.
    void answered(order_number number, answer what, std::string_view event_id = {});
    // Something else that must not be.
    void find(order_number number, std::string_view kind);
    // Its visitor is about to withdraw: from now on the order may be gone.
    void withdrawing(order_number number);
    // The withdrawal has been recorded: from now on the order may not be sent.
    void withdrawn(order_number number);
    // `taken`: the upstream keeps it.
    void seen(const sighting& what, bool taken);
    void dead(std::string_view pixel, std::string_view event_id, std::string_view reason);

    std::uint64_t acknowledged() const;
    std::uint64_t delivered() const; // distinct
    totals add_up() const;
    // By kind, what must not be. Once, at the end, with everything delivered that will be.
    std::map<std::string, std::uint64_t> close();
    const std::vector<std::string>& examples() const { return examples_; } // the first few findings

  private:
    struct entry {
        std::uint64_t id_hash = 0;      // of the one event_id it may have; 0: not known yet
        std::uint32_t answered_at = 0;  // milliseconds since the beginning, when acknowledged
        std::uint32_t withdrawn_at = 0; // milliseconds since the beginning; 0: not
        std::uint16_t seen = 0;
        std::uint16_t taken = 0;
        std::uint8_t pixel = 0;
        said visitor = said::nothing;
        answer last = answer::none;
        std::uint8_t reason = 0; // of its dead letter, from 1; 0: none
        bool withdrawing = false;
    };

    std::uint32_t now() const { return static_cast<std::uint32_t>(age().count()); }
    void know_id(entry& of, order_number number, std::string_view event_id);
    void add_finding(std::string_view kind, order_number number);
    void judge(const entry& each, order_number number);

    const core::clock& clock_;
    core::steady_time beginning_;
    mutable std::mutex guard_;
    std::deque<entry> entries_;
    // Of orders without an id of their own.
    std::unordered_map<std::uint64_t, order_number> made_ids_;
    std::vector<std::string> reasons_;
    std::uint64_t acknowledged_ = 0;
    std::uint64_t delivered_ = 0;
    std::uint64_t refusals_ = 0;
    std::map<std::string, std::uint64_t> findings_;
    std::vector<std::string> examples_;
};

} // namespace gatepost::campaigns
