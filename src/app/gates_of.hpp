// The gates that a configuration asks for.
#pragma once

#include <gatepost/config/config.hpp>
#include <gatepost/ingest/gates.hpp>

namespace gatepost::app {

ingest::gates gates_of(const config::config& chosen);

} // namespace gatepost::app
