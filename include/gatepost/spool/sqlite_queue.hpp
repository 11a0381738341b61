// The queue in an SQLite file: <path>/spool.db. Design notes at the top of
// src/spool/sqlite_queue.cpp.
#pragma once

#include <gatepost/core/clock.hpp>
#include <gatepost/core/result.hpp>
#include <gatepost/observe/metrics.hpp>
#include <gatepost/spool/queue.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace gatepost::spool {

enum class durability {
    process, // what is acknowledged survives kill -9
    power,   // ... and a power cut
};

// Section `spool` of the configuration.
struct options {
    std::string path = "/var/lib/gatepost";
    spool::durability durability = durability::process;
    spool::limits limits;
    std::chrono::milliseconds dedupe_window = std::chrono::hours(48);
    std::size_t dedupe_max_keys = 500'000;
    key_ring keys; // empty: events stand in the file as they are sent
};

// Opens or makes the spool, takes ownership of the directory (mode 0700, files 0600; a lock that
// ends with the process) and starts the writer thread. Errors: owned, newer_version, not_a_spool,
// no_key, or what the file system says.
core::result<std::unique_ptr<queue>>
open_sqlite_queue(const options& chosen, const core::clock& clock, observe::metrics& metrics);

} // namespace gatepost::spool
