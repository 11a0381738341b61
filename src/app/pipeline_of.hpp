// A pipeline outside of a running daemon, for commands that decide about an event of their own.
#pragma once

#include <gatepost/config/config.hpp>
#include <gatepost/ingest/gates.hpp>
#include <gatepost/ingest/pipeline.hpp>

namespace gatepost::app {

// Keeps nothing and remembers nobody: there is no registry, and the key under which visitors are
// known does not last. Tokens belong to a running daemon's key; they are neither made nor read. The
// arguments outlive the pipeline.
ingest::pipeline passing_pipeline(const config::config& chosen, const ingest::options& options,
                                  const ingest::gates& gates);

} // namespace gatepost::app
