// Everything of the way in that is made from the configuration. A reload makes a new edition and
// puts it in the place of the old one, which lives as long as a request that began under it.
#pragma once

#include "stores.hpp"

#include <gatepost/config/config.hpp>
#include <gatepost/identity/key_file.hpp>
#include <gatepost/ingest/arrivals.hpp>
#include <gatepost/ingest/disclosure_watch.hpp>
#include <gatepost/ingest/gates.hpp>
#include <gatepost/ingest/routes.hpp>
#include <gatepost/ingest/silence_watch.hpp>
#include <gatepost/ingest/sweeper.hpp>
#include <gatepost/ingest/visitor_routes.hpp>

#include <cstddef>
#include <deque>

namespace gatepost::app {

// What stays from edition to edition; it outlives them all.
struct lasting_parts {
    stores kept;
    const identity::instance_key& key;
    ingest::sweeper& sweeper;
    ingest::arrivals& order;
    ingest::disclosure_watch& watch;
    ingest::silence_watch& silence;
};

class edition {
  public:
    // Routes for so many threads. Throws std::runtime_error when a file that the configuration
    // names cannot be used.
    edition(const config::config& chosen, const lasting_parts& around, std::size_t threads);
    edition(const edition&) = delete;
    edition& operator=(const edition&) = delete;

    // Those of one thread.
    ingest::routes& routes(std::size_t thread) { return routes_[thread]; }

  private:
    ingest::gates gates_;
    ingest::visitor_routes visitors_;
    std::deque<ingest::routes> routes_;
};

} // namespace gatepost::app
