#include "listeners.hpp"

#include <boost/system/system_error.hpp>

#include <algorithm>
#include <iostream>
#include <stdexcept>
#include <string>
#include <utility>

namespace gatepost::app {
namespace {

net::server_options operator_limits() {
    // `curl -X POST` to resume a pixel sends neither a body nor its length.
    return {.max_body = core::mebibytes(1), .max_connections = 64, .needs_length = false};
}

void announce(std::string_view what, const std::string& url) {
    std::cout << "listening " << what << ' ' << url << std::endl;
}

std::string bind(net::http_server& server, const net::listen_address& address, const char* key) {
    try {
        return "http://" + server.listen(address).authority();
    } catch (const boost::system::system_error& error) {
        throw std::runtime_error(std::string(key) + " " + address.authority() + ": " +
                                 error.code().message());
    }
}

enum class reach { loopback, anywhere };

// What is listened on now, as URLs.
std::vector<std::string> adopt(net::http_server& server, std::string_view name,
                               const service_manager& manager, reach allowed) {
    std::vector<std::string> urls;
    for (const int listening : manager.sockets(name)) {
        urls.push_back(server.adopt(listening));
        const auto address = net::parse_endpoint(urls.back());
        if (allowed == reach::loopback && address && !address->is_loopback()) {
            throw std::runtime_error("systemd listens on " + urls.back() +
                                     ": an address off loopback needs a token file, which is not "
                                     "available yet");
        }
        announce(name, urls.back());
    }
    return urls;
}

bool is_unix(std::string_view url) {
    return url.starts_with("unix:");
}

} // namespace

listeners::listeners(const config::config& chosen, std::vector<net::server_room> applications,
                     net::server_room operators, net::server_room probes)
    : ingest_(std::move(applications), chosen.listen.limits),
      admin_({operators}, operator_limits()), probes_({probes}, operator_limits()) {}

void listeners::open(const config::config& chosen, const service_manager& manager) {
    const auto inherited = adopt(ingest_, "ingest", manager, reach::loopback);
    if (std::ranges::all_of(inherited, is_unix)) {
        for (const auto& address : chosen.listen.http) {
            announce("ingest", bind(ingest_, address, "listen.http"));
        }
    }
    if (std::ranges::none_of(inherited, is_unix) && !chosen.listen.unix_path.empty()) {
        ingest_.listen_unix(chosen.listen.unix_path, chosen.listen.unix_mode);
        announce("ingest", "unix:" + chosen.listen.unix_path);
    }
    if (adopt(admin_, "admin", manager, reach::loopback).empty()) {
        announce("admin", bind(admin_, chosen.admin, "admin.http"));
    }
    if (adopt(probes_, "metrics", manager, reach::anywhere).empty() && chosen.metrics) {
        announce("metrics", bind(probes_, *chosen.metrics, "metrics.http"));
    }
}

void listeners::abort() {
    ingest_.abort();
    admin_.abort();
    probes_.abort();
}

} // namespace gatepost::app
