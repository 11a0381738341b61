// What `gatepost status` prints.
#pragma once

#include <gatepost/core/json.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace gatepost::app {

// A page for people of what GET /v1/status answers; `daemon` is the address it came from.
std::string status_page(std::string_view daemon, core::json::value status,
                        std::chrono::sys_seconds now);

} // namespace gatepost::app
