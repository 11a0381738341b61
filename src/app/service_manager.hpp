// What is said to systemd and heard from it: sd_notify(3), sd_watchdog_enabled(3),
// sd_listen_fds(3). In a process that systemd did not start all of it does nothing.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::app {

class service_manager {
  public:
    // Takes the sockets and the watchdog's setting over from the environment and out of it, so that
    // no child takes them for its own. Before the first thread starts. Throws std::system_error
    // when they are not as systemd leaves them.
    service_manager();

    // The sockets that listen already, opened by a socket unit, by its FileDescriptorName=:
    // "ingest", "admin" or "metrics". One of any other name, such as the unit's own, is in
    // "ingest". They are for net::http_server::adopt, which owns them then.
    const std::vector<int>& sockets(std::string_view name) const;

    // Called on one thread; none of them waits.

    void ready() const;
    // A new configuration is being read; ready() follows, whether it was taken or not.
    void reloading() const;
    // `grace` is how long the end may take: systemd's patience (TimeoutStopSec) is extended to it,
    // with some seconds to close the files, where it is shorter.
    void stopping(std::chrono::milliseconds grace) const;
    // One line for `systemctl status`, such as "12 waiting, 1 pixel paused": no personal data.
    // Says nothing when it has not changed.
    void status(std::string_view text);

    // How often alive() must be said at least, or the daemon is killed (WatchdogSec); nullopt when
    // nobody listens for it.
    std::optional<std::chrono::microseconds> watchdog() const { return watchdog_; }
    void alive() const;

  private:
    std::map<std::string, std::vector<int>, std::less<>> sockets_;
    std::optional<std::chrono::microseconds> watchdog_;
    std::string status_;
};

} // namespace gatepost::app
