// Secrets of the environment, which is open to whoever may read /proc/PID/environ.
#pragma once

#include <gatepost/core/secret_string.hpp>

#include <string>

namespace gatepost::config {

// The value of a variable, "" when it is not set. The first call takes it: its bytes are
// overwritten where they stand in the process's environment, which leaves an empty variable, and
// later calls give what was taken, for a configuration that is read anew. Any thread: the list of
// variables is not changed, which others may be reading.
core::secret_string taken_variable(const std::string& name);

} // namespace gatepost::config
