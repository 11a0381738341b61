// The composition root: makes every part, joins them, runs and ends them.
#pragma once

#include <gatepost/config/config.hpp>
#include <gatepost/identity/key_file.hpp>
#include <gatepost/ledger/audit.hpp>
#include <gatepost/ledger/registry.hpp>
#include <gatepost/observe/metrics.hpp>
#include <gatepost/spool/queue.hpp>

#include <memory>

namespace gatepost::app {

// What the daemon works with; opened before it, closed after it.
struct stores {
    spool::queue& queue;
    ledger::registry& registry;
    ledger::audit& trail;
    observe::metrics& metrics;
};

// Three rooms: ingest (the calling thread and, with listen.threads, more), the spool's writer, and
// the relay with a context of its own, so that a TLS handshake never delays an answer to the
// application.
class daemon {
  public:
    // The stores outlive the daemon; the queue is closed before it goes.
    daemon(const config::config& chosen, const stores& kept, const identity::instance_key& key);
    ~daemon();

    // Listens (one line on standard output for each listener) and serves until SIGTERM or SIGINT
    // has been obeyed; a second signal ends the process at once. Throws std::system_error when it
    // cannot listen.
    void run();

  private:
    class implementation;
    std::unique_ptr<implementation> implementation_;
};

} // namespace gatepost::app
