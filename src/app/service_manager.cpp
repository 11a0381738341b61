#include "service_manager.hpp"

#include <systemd/sd-daemon.h>

#include <cstdlib>
#include <memory>
#include <system_error>
#include <time.h>

namespace gatepost::app {
namespace {

// The files are closed after the last request: a checkpoint of the spool and of the registry.
constexpr auto time_to_close = std::chrono::seconds(20);

int checked(int outcome, const char* what) {
    if (outcome < 0) {
        throw std::system_error(-outcome, std::generic_category(), what);
    }
    return outcome;
}

using freed = std::unique_ptr<char, decltype(&std::free)>;

std::map<std::string, std::vector<int>, std::less<>> take_sockets() {
    std::map<std::string, std::vector<int>, std::less<>> by_name{
        {"ingest", {}}, {"admin", {}}, {"metrics", {}}};
    char** listed = nullptr;
    const int count = checked(sd_listen_fds_with_names(1, &listed), "LISTEN_FDS");
    const std::unique_ptr<char*, decltype(&std::free)> list(listed, &std::free);
    for (int i = 0; i < count; ++i) {
        const freed name(listed[i], &std::free);
        const auto place = by_name.find(std::string_view(name.get()));
        (place == by_name.end() ? by_name["ingest"] : place->second)
            .push_back(SD_LISTEN_FDS_START + i);
    }
    return by_name;
}

std::optional<std::chrono::microseconds> take_watchdog() {
    std::uint64_t limit = 0;
    return checked(sd_watchdog_enabled(1, &limit), "WATCHDOG_USEC") > 0
               ? std::optional(std::chrono::microseconds(limit))
               : std::nullopt;
}

} // namespace

service_manager::service_manager() : sockets_(take_sockets()), watchdog_(take_watchdog()) {}

const std::vector<int>& service_manager::sockets(std::string_view name) const {
    return sockets_.find(name)->second;
}

void service_manager::ready() const {
    sd_notify(0, "READY=1");
}

void service_manager::reloading() const {
    // Asked for with Type=notify-reload (systemd 253), ignored with Type=notify.
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    const auto since_boot =
        std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
    const auto text =
        "RELOADING=1\nMONOTONIC_USEC=" +
        std::to_string(std::chrono::floor<std::chrono::microseconds>(since_boot).count());
    sd_notify(0, text.c_str());
}

void service_manager::stopping(std::chrono::milliseconds grace) const {
    const std::chrono::microseconds patience = grace + time_to_close;
    const auto text = "STOPPING=1\nEXTEND_TIMEOUT_USEC=" + std::to_string(patience.count());
    sd_notify(0, text.c_str());
}

void service_manager::status(std::string_view text) {
    if (text == status_) {
        return;
    }
    status_ = text;
    sd_notify(0, ("STATUS=" + status_).c_str());
}

void service_manager::alive() const {
    sd_notify(0, "WATCHDOG=1");
}

} // namespace gatepost::app
