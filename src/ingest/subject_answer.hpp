// The parts of the answer to POST /v1/subject: what is held about one visitor.
#pragma once

#include <gatepost/core/json.hpp>
#include <gatepost/ledger/registry.hpp>
#include <gatepost/spool/queue.hpp>

#include <mutex>
#include <string>
#include <vector>

namespace gatepost::ingest {

// What the spool holds, as JSON objects. Filled on the spool's thread, written out on another,
// perhaps before it is full.
class held_events {
  public:
    // `max_bytes`: what comes after that many bytes of JSON is left out. The registry is asked in
    // add().
    held_events(ledger::subject who, const ledger::registry& registry, std::size_t max_bytes);

    void add(const spool::held_record& held);
    // The members `waiting` and `dead_letters`; true when nothing was left out so far.
    bool write(core::json::writer& out) const;

  private:
    ledger::subject who_;
    const ledger::registry& registry_;
    mutable std::mutex guard_; // for what follows
    std::size_t room_;
    bool complete_ = true;
    std::vector<std::string> waiting_;
    std::vector<std::string> dead_;
};

// The member `registry`. The keys themselves mean nothing to anybody: of what kind each is, and
// what is held under it.
void write_entries(core::json::writer& out, const std::vector<ledger::entry>& entries);

} // namespace gatepost::ingest
