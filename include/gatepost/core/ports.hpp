// What operators' routes may ask, without knowing who answers.
#pragma once

#include <cstdint>

namespace gatepost::core {

enum class phase : std::uint8_t { starting, running, draining };

struct readiness {
    core::phase phase = phase::starting;
    bool spool_full = false;
};

// Asked on any thread.
class status_source {
  public:
    virtual ~status_source() = default;
    virtual readiness ready() const = 0;
};

} // namespace gatepost::core
