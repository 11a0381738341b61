// What lasts: on disk, and the counters.
#pragma once

#include <gatepost/ledger/audit.hpp>
#include <gatepost/ledger/registry.hpp>
#include <gatepost/observe/metrics.hpp>
#include <gatepost/spool/queue.hpp>

namespace gatepost::app {

// What the daemon works with; opened before it, closed after it.
struct stores {
    spool::queue& queue;
    ledger::registry& registry;
    ledger::audit& trail;
    observe::metrics& metrics;
};

} // namespace gatepost::app
