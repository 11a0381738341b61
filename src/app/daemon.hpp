// The composition root: makes every part, joins them, runs and ends them.
#pragma once

#include "service_manager.hpp"
#include "stores.hpp"

#include <gatepost/config/config.hpp>
#include <gatepost/identity/key_file.hpp>

#include <memory>
#include <string>

namespace gatepost::app {

// Three rooms: ingest (the calling thread and, with listen.threads, more), the spool's writer, and
// the relay with a context of its own, so that a TLS handshake never delays an answer to the
// application.
class daemon {
  public:
    // `file` is what `first` was read from, and is read again by SIGHUP. All but `first` outlives
    // the daemon; the queue is closed before it goes.
    daemon(std::string file, config::config first, const stores& kept,
           const identity::instance_key& key, service_manager& manager);
    ~daemon();

    // Listens (one line on standard output for each listener) and serves until SIGTERM or SIGINT
    // has been obeyed; a second signal ends the process at once. Throws std::runtime_error when it
    // cannot listen.
    void run();

  private:
    class implementation;
    std::unique_ptr<implementation> implementation_;
};

} // namespace gatepost::app
