// The composition root: makes every part, joins them, runs and ends them.
#pragma once

#include <gatepost/config/config.hpp>
#include <gatepost/identity/key_file.hpp>
#include <gatepost/observe/metrics.hpp>
#include <gatepost/spool/queue.hpp>

#include <memory>

namespace gatepost::app {

// Three rooms: ingest (the calling thread and, with listen.threads, more), the spool's writer, and
// the relay with a context of its own, so that a TLS handshake never delays an answer to the
// application.
class daemon {
  public:
    // The queue and the metrics outlive the daemon.
    daemon(const config::config& chosen, spool::queue& queue, const identity::instance_key& key,
           observe::metrics& metrics);
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
