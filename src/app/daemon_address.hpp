// Where the daemon is that a command speaks to.
#pragma once

#include <gatepost/app/cli.hpp>
#include <gatepost/core/result.hpp>
#include <gatepost/net/address.hpp>

#include <cstdint>
#include <string>

namespace gatepost::app {

// Why nothing was begun.
struct refusal {
    std::string text; // lines for people
    exit_code code = failed;
};

enum class listener : std::uint8_t { ingest, admin };

// The URL when there is one, else the listener's address in the configuration file, else its
// default. http:// goes to loopback only: what is posted and shown there is about visitors.
core::result<net::endpoint, refusal> daemon_address(listener which, const std::string& url,
                                                    const std::string& config_file);

} // namespace gatepost::app
