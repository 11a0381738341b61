// How many files and sockets the process may have open at once (RLIMIT_NOFILE).
#pragma once

#include <gatepost/config/config.hpp>

#include <cstddef>

namespace gatepost::app {

// Every connection the configuration allows, in and out, and what the daemon itself keeps open.
std::size_t descriptors_needed(const config::config& chosen);

// Raises the soft limit to the hard one: programs are started with 1024, for the sake of those that
// use select(2), which this one does not. Gives the limit that holds now.
std::size_t raise_descriptor_limit();

// Logs a warning when the limit that holds is lower than what the configuration may need. Beyond it
// connections are answered 503.
void warn_about_descriptors(const config::config& chosen, std::size_t limit);

} // namespace gatepost::app
