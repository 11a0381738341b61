// How a pixel's delivery goes, for those who ask from outside: its status, its metrics and the log.
#pragma once

#include <gatepost/core/result.hpp>
#include <gatepost/relay/flow_control.hpp>
#include <gatepost/relay/relay.hpp>

#include <cstdint>
#include <mutex>
#include <string>

namespace gatepost::relay {

class bulletin {
  public:
    bulletin(const surroundings& around, const std::string& pixel);

    // The state of things, after something has changed. A pixel whose lane has ended is somebody
    // else's to show.
    void show(const flow_control& flow, bool held);
    void end() { ended_ = true; }
    // What came of a request, and how many events it delivered.
    void note(const reply& came, std::uint64_t delivered);
    void tell(const flow_control::news& learnt, const flow_control& flow,
              const core::delivery& answer) const;
    void tell_unreadable(const core::error_code& error) const;
    // Something went wrong in this program.
    void tell_failure(const char* what) const;

    // Any thread.
    lane_status status() const;

  private:
    surroundings around_;
    std::string pixel_;
    bool ended_ = false;
    mutable std::mutex mutex_;
    lane_status status_;
};

} // namespace gatepost::relay
