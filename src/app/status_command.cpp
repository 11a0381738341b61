#include "status_command.hpp"

#include "commands.hpp"
#include "operator_client.hpp"
#include "printable.hpp"
#include "quantity.hpp"

#include <gatepost/core/clock.hpp>
#include <gatepost/core/delivery.hpp>
#include <gatepost/tiktok/protocol.hpp>

#include <iostream>
#include <sstream>

namespace gatepost::app {
namespace {

using core::json::value;
using std::chrono::seconds;

std::string text(value of, std::string_view name) {
    return printable(of.find(name).text());
}

void print_spool(std::ostream& out, value spool) {
    out << "spool: " << quantity(spool, "waiting") << " waiting, " << quantity(spool, "leased")
        << " on their way, " << quantity(spool, "dead") << " dead letters, "
        << bytes(static_cast<std::uint64_t>(quantity(spool, "bytes")));
    if (quantity(spool, "waiting") + quantity(spool, "leased") > 0) {
        out << "; the oldest waits for " << age(seconds(quantity(spool, "oldest_seconds")));
    }
    out << '\n';
    if (spool.find("full").boolean().value_or(false)) {
        out << "       full: new events are refused with 503 until room comes back\n";
    }
}

// What a pixel's pause or its last answer means and what to do about it.
std::string_view advice_for(std::string_view label, std::string_view refusal) {
    core::delivery verdict;
    verdict.label = label;
    verdict.refusal = refusal;
    return tiktok::advice(verdict);
}

void print_pause(std::ostream& out, std::string_view reason) {
    if (reason == "observe") {
        out << "  held: mode observe sends nothing; what waits is sent when the mode is send "
               "again\n";
        return;
    }
    out << "  paused: " << printable(reason) << ". " << advice_for("refused", reason) << '\n';
}

void print_last(std::ostream& out, value last, bool paused, std::chrono::sys_seconds now) {
    const auto outcome = last.find("outcome").text();
    const auto detail = text(last, "detail");
    out << "  last answer: " << printable(outcome);
    if (!detail.empty()) {
        out << " (" << detail << ')';
    }
    if (const auto code = last.find("code").integer().value_or(0); code != 0) {
        out << ", code " << code;
    }
    out << ", " << age(now - std::chrono::sys_seconds(seconds(quantity(last, "at")))) << " ago";
    if (const auto request = text(last, "request_id"); !request.empty()) {
        out << ", request_id " << request;
    }
    out << '\n';
    if (outcome != "ok" && !paused) {
        out << "  " << advice_for(outcome, "") << '\n';
    }
}

void print_pixel(std::ostream& out, value pixel, std::chrono::sys_seconds now) {
    out << '\n'
        << text(pixel, "id") << " (" << text(pixel, "source") << ", " << text(pixel, "mode")
        << ")\n";
    out << "  " << quantity(pixel, "waiting") << " waiting, " << quantity(pixel, "leased")
        << " on their way, " << quantity(pixel, "delivered")
        << " delivered since the start; breaker " << text(pixel, "breaker") << '\n';
    const auto paused = pixel.find("paused").text();
    if (!paused.empty()) {
        print_pause(out, paused);
    }
    if (const auto last = pixel.find("last_answer")) {
        print_last(out, last, !paused.empty(), now);
    }
    if (const auto warning = text(pixel.find("tcf"), "warning"); !warning.empty()) {
        out << "  warning: " << warning << '\n';
    }
}

} // namespace

std::string status_page(std::string_view daemon, value status, std::chrono::sys_seconds now) {
    std::ostringstream out;
    out << "gatepost " << text(status, "version") << " (" << text(status, "commit") << ") at "
        << daemon << ": " << text(status, "status") << ", up for "
        << age(seconds(quantity(status, "uptime_seconds"))) << '\n';
    print_spool(out, status.find("spool"));
    out << "registry: " << quantity(status, "registry_keys") << " keys\n";
    status.find("pixels").each_element([&](value pixel) { print_pixel(out, pixel, now); });
    return std::move(out).str();
}

int show_status(const operator_arguments& where) {
    const auto said = ask_daemon(where, {.target = "/v1/status"});
    if (said.has_error()) {
        return said.error();
    }
    std::cout << (where.json ? said->text + '\n'
                             : status_page(said->daemon, said->parsed.root(),
                                           core::to_seconds(core::system_clock().wall())));
    return done;
}

} // namespace gatepost::app
