// The daemon's three servers: for applications, for operators, and for probes and scrapes.
#pragma once

#include "service_manager.hpp"

#include <gatepost/config/config.hpp>
#include <gatepost/net/http_server.hpp>

#include <string_view>
#include <vector>

namespace gatepost::app {

class listeners {
  public:
    // `applications`: a place for each thread that serves them. `operators` and `probes` are served
    // one each. All of it outlives the listeners.
    listeners(const config::config& chosen, std::vector<net::server_room> applications,
              net::server_room operators, net::server_room probes);

    // Listens where the configuration says, one line on standard output for each listener. What
    // systemd listens on already takes the place of the addresses of that kind: TCP sockets that of
    // listen.http, Unix sockets that of listen.unix. Throws
    // std::runtime_error, in words that name the key.
    void open(const config::config& chosen, const service_manager& manager);

    // The limits of a new configuration.
    void reconfigure(const config::config& chosen) { ingest_.reconfigure(chosen.listen.limits); }

    // Nothing new from applications; what they have asked is answered.
    void drain() { ingest_.drain(); }
    // After drain(): everybody has been answered and is gone.
    bool drained() const { return ingest_.ended(); }
    // Ends every connection at once.
    void abort();

  private:
    net::http_server ingest_;
    net::http_server admin_;
    net::http_server probes_;
};

} // namespace gatepost::app
