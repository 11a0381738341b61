// Where the daemon is that a command speaks to, and by which token.
#pragma once

#include <gatepost/app/cli.hpp>
#include <gatepost/core/delivery.hpp>
#include <gatepost/core/result.hpp>
#include <gatepost/core/secret_string.hpp>
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

// What the command line says, "" for nothing.
struct daemon_arguments {
    std::string url;
    std::string config_file;
    std::string token_file;
};

struct daemon_access {
    net::endpoint at;
    core::secret_string token = {}; // "" to show none

    // `Authorization: Bearer` (RFC 6750, section 2.1), where there is a token.
    void show_token(core::upstream_request& to) const;
};

// The URL when there is one, else the listener's address in the configuration file, else its
// default. http:// goes to this machine only: what is posted and shown there is about visitors. The
// token is the first of the token file, else of those that the configuration asks for.
core::result<daemon_access, refusal> find_daemon(listener which, const daemon_arguments& given);

// What to do about a 401, behind the daemon's own words: which option or key to give.
std::string token_advice(listener which, const daemon_access& used);

} // namespace gatepost::app
