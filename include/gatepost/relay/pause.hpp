// A pixel that the upstream refuses (its token, or the permission for it) is left alone: its events
// wait, and a single request probes now and then whether that has changed.
#pragma once

#include <gatepost/core/clock.hpp>

#include <chrono>
#include <string_view>

namespace gatepost::relay {

class pause {
  public:
    explicit pause(std::chrono::milliseconds probe_every) : probe_every_(probe_every) {}

    // From the next refusal on.
    void reconfigure(std::chrono::milliseconds probe_every) { probe_every_ = probe_every; }

    bool active() const { return active_; }
    // What is refused, a literal; "" when not paused.
    std::string_view reason() const { return active_ ? reason_ : std::string_view(); }
    // When the next probe may go out; long ago when not paused. That it is a single one is the
    // caller's business. A probe without an answer leaves it due.
    core::steady_time retry_at() const;

    // A request that went out at `sent` was refused. True when the pause begins with it, or goes on
    // for another reason.
    bool refused(std::string_view reason, core::steady_time sent, core::steady_time now);
    // Any other answer came. True when it ends a pause.
    bool answered();
    // Somebody says that it is worth a try: the next probe is due now. A refusal of what went out
    // before that does not take it back.
    void resume(core::steady_time now);

  private:
    std::chrono::milliseconds probe_every_;
    bool active_ = false;
    std::string_view reason_;
    core::steady_time retry_at_{};
    core::steady_time resumed_at_ = core::steady_time::min();
};

} // namespace gatepost::relay
