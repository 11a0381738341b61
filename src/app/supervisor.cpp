#include "supervisor.hpp"

#include <gatepost/app/cli.hpp>
#include <gatepost/observe/log.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <utility>

namespace gatepost::app {

namespace asio = boost::asio;

supervisor::supervisor(asio::io_context& context, duties chosen)
    : duties_(std::move(chosen)), signals_(context, SIGTERM, SIGINT, SIGHUP), look_again_(context) {
    hear_signals();
}

void supervisor::hear_signals() {
    signals_.async_wait([this](const boost::system::error_code& ended, int number) {
        if (ended) {
            return;
        }
        if (number == SIGHUP) {
            reload_wanted_ = true;
        } else if (std::exchange(stop_wanted_, true)) {
            std::_Exit(failed);
        }
        look_again_.cancel();
        hear_signals();
    });
}

// Signals are obeyed also after something that nobody has thought of.
asio::awaitable<void> supervisor::carry_out_next() {
    try {
        if (std::exchange(reload_wanted_, false)) {
            co_await duties_.reload();
        } else if (files_.changed() || std::exchange(files_wanted_, false)) {
            const bool whole = co_await duties_.files_changed();
            files_wanted_ = !whole;
        }
        duties_.look_around();
    } catch (const std::exception& error) {
        observe::log(observe::level::error, "a reload ended on an exception",
                     {{"error", error.what()}});
    }
}

asio::awaitable<void> supervisor::run() {
    constexpr auto between_looks = std::chrono::seconds(1);
    while (!stop_wanted_) {
        co_await carry_out_next();
        look_again_.expires_after(between_looks);
        if (!stop_wanted_ && !reload_wanted_) {
            co_await look_again_.async_wait(asio::as_tuple(asio::use_awaitable));
        }
    }
    co_await duties_.shut_down();
    signals_.cancel();
}

} // namespace gatepost::app
