// Whether every thread of the daemon still answers: what systemd's watchdog is to know.
#pragma once

#include "service_manager.hpp"

#include <gatepost/spool/queue.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <string_view>
#include <vector>

namespace gatepost::app {

struct watched_room {
    std::string_view name; // a literal, for the log
    boost::asio::io_context* context;
};

// Tells systemd that the daemon is alive as long as every room and the spool's writer answer, often
// enough that one round may be missed. Ends at once when nobody watches, else when it is cancelled.
// Runs on `home`; all of it outlives the call.
boost::asio::awaitable<void> keep_alive(boost::asio::io_context& home,
                                        std::vector<watched_room> rooms, spool::queue& queue,
                                        const service_manager& manager);

} // namespace gatepost::app
