// What the relay knows of TikTok.
#pragma once

#include <gatepost/config/config.hpp>
#include <gatepost/relay/relay.hpp>

#include <vector>

namespace gatepost::app {

std::vector<relay::route> relay_routes(const config::config& chosen);

} // namespace gatepost::app
