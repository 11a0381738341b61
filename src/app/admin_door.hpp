// Who may speak to the operators' routes.
#pragma once

#include <gatepost/config/config.hpp>
#include <gatepost/net/door.hpp>

namespace gatepost::app {

// They answer to their own address too and to their own tokens, but to no page: those of the way in
// are the shop's, which post events and do nothing else.
inline net::door admin_door(const config::config& chosen) {
    auto door = chosen.ingest.door;
    door.allowed_origins.clear();
    door.allowed_hosts.push_back(chosen.admin.authority());
    door.tokens = chosen.admin_tokens;
    return door;
}

} // namespace gatepost::app
