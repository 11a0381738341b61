// GET /v1/status as JSON.
#pragma once

#include <gatepost/core/clock.hpp>
#include <gatepost/core/ports.hpp>
#include <gatepost/spool/queue.hpp>

#include <string>
#include <string_view>

namespace gatepost::admin {

std::string write_status(const core::daemon_status& daemon, const spool::totals& held,
                         core::wall_time now);

std::string_view to_string(core::phase phase); // "starting", "ready", "draining"

} // namespace gatepost::admin
