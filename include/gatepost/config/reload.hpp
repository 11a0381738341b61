// What a running daemon does with a configuration that was read anew.
#pragma once

#include <gatepost/config/config.hpp>
#include <gatepost/core/secret_string.hpp>
#include <gatepost/net/proxy.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace gatepost::config {

// What cannot change while the daemon runs (addresses, paths, threads, ...) is put back to what it
// is. Gives the keys whose new value has to wait for a restart, such as "listen.http".
std::vector<std::string> keep_fixed(config& fresh, const config& running);

// The secrets that come from files, read anew, and the others as they are. A file that cannot be
// read or holds no such secret is a problem, named by its key and never by its content, and its
// secret is what it was.
struct secrets_of_now {
    std::map<std::string, core::secret_string> access_tokens; // by pixel
    std::optional<net::proxy> proxy;                          // with its credentials
    problems found;
};
secrets_of_now reread_secrets(const config& running);

} // namespace gatepost::config
