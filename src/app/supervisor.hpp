// What happens to the daemon from outside, one thing after the other: signals, and files that
// change.
#pragma once

#include "file_watch.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <string>
#include <vector>

namespace gatepost::app {

// What is to be done; one at a time, each to its end.
struct duties {
    using duty = std::function<boost::asio::awaitable<void>()>;
    duty reload; // SIGHUP
    // One of the watched files is another one. False when that came to nothing for now: it is done
    // again a little later.
    std::function<boost::asio::awaitable<bool>()> files_changed;
    duty shut_down;                    // SIGTERM or SIGINT; then run() ends
    std::function<void()> look_around; // about once a second
};

// From its making on no signal ends the process but a second SIGTERM or SIGINT, which ends it at
// once: everything acknowledged is on disk. On the context's thread.
class supervisor {
  public:
    supervisor(boost::asio::io_context& context, duties chosen);

    // Files to look at from now on.
    void watch(const std::vector<std::string>& files) { files_.watch(files); }
    boost::asio::awaitable<void> run();

  private:
    void hear_signals();
    boost::asio::awaitable<void> carry_out_next();

    duties duties_;
    boost::asio::signal_set signals_;
    boost::asio::steady_timer look_again_;
    file_watch files_;
    bool reload_wanted_ = false;
    bool files_wanted_ = false; // the last time came to nothing
    bool stop_wanted_ = false;
};

} // namespace gatepost::app
