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

// Reads the file anew. A secret's file that cannot be used is no reason to refuse the rest: that
// secret is what it was, if it came from the same file, and `kept` says what is wrong with it.
struct reloaded {
    config fresh;
    problems kept;
};
core::result<reloaded, problems> load_anew(const std::string& path, const config& running);

// What cannot change while the daemon runs (addresses, paths, threads, ...) is put back to what it
// is. Gives the keys whose new value has to wait for a restart, such as "listen.http". A listener
// that asks for tokens goes on doing so: they can be replaced, and taken away by a restart only.
std::vector<std::string> keep_fixed(config& fresh, const config& running);

// The secrets that come from files, read anew, and the others as they are. A file that cannot be
// read or holds no such secret is a problem, named by its key and never by its content, and its
// secret is what it was.
struct secrets_of_now {
    std::map<std::string, core::secret_string> access_tokens; // by pixel
    std::optional<net::proxy> proxy;                          // with its credentials
    net::access_tokens ingest_tokens;
    net::access_tokens admin_tokens;
    spool::key_ring spool_keys;
    problems found;
};
secrets_of_now reread_secrets(const config& running);

} // namespace gatepost::config
