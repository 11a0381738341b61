#include "listeners.hpp"

#include <boost/system/system_error.hpp>

#include <algorithm>
#include <chrono>
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

// Whoever asks from anywhere, and has little to say.
net::server_options probe_limits() {
    auto limits = operator_limits();
    limits.max_body = core::kibibytes(1);
    limits.request_timeout = std::chrono::seconds(2);
    return limits;
}

void announce(std::string_view what, const std::vector<std::string>& urls) {
    for (const auto& url : urls) {
        std::cout << "listening " << what << ' ' << url << std::endl;
    }
}

[[noreturn]] void cannot_listen(const char* key, const std::string& name,
                                const core::error_code& why) {
    throw std::runtime_error(std::string(key) + " " + name + ": " + why.message());
}

std::string bind(net::http_server& server, const net::listen_address& address, const char* key) {
    try {
        return "http://" + server.listen(address).authority();
    } catch (const boost::system::system_error& error) {
        cannot_listen(key, address.authority(), error.code());
    }
}

std::string bind_unix(net::http_server& server, const config::listen_options& chosen) {
    try {
        server.listen_unix(chosen.unix_path, chosen.unix_mode);
        return "unix:" + chosen.unix_path;
    } catch (const boost::system::system_error& error) {
        cannot_listen("listen.unix", chosen.unix_path, error.code());
    }
}

// What systemd listens on for us, as URLs.
std::vector<std::string> adopt(net::http_server& server, std::string_view name,
                               const service_manager& manager) {
    std::vector<std::string> urls;
    for (const int listening : manager.sockets(name)) {
        urls.push_back(server.adopt(listening));
    }
    return urls;
}

bool is_beyond_loopback(std::string_view url) {
    const auto address = net::parse_endpoint(url);
    return address && !address->is_loopback();
}

// Also of what systemd listens on, which the configuration does not know. A reload never takes a
// listener's tokens away.
void require_token(const std::vector<std::string>& urls, const net::access_tokens& asked_for,
                   const char* key) {
    const auto beyond = std::ranges::find_if(urls, is_beyond_loopback);
    if (beyond != urls.end() && asked_for.empty()) {
        throw std::runtime_error(*beyond + " is an address off loopback, which needs " + key);
    }
}

bool is_unix(std::string_view url) {
    return url.starts_with("unix:");
}

} // namespace

listeners::listeners(const config::config& chosen, std::vector<net::server_room> applications,
                     net::server_room operators, net::server_room probes)
    : ingest_(std::move(applications), chosen.listen.limits),
      admin_({operators}, operator_limits()), probes_({probes}, probe_limits()) {}

void listeners::open(const config::config& chosen, const service_manager& manager) {
    auto ingest = adopt(ingest_, "ingest", manager);
    const bool tcp_is_inherited = !std::ranges::all_of(ingest, is_unix);
    const bool unix_is_inherited = std::ranges::any_of(ingest, is_unix);
    if (!tcp_is_inherited) {
        for (const auto& address : chosen.listen.http) {
            ingest.push_back(bind(ingest_, address, "listen.http"));
        }
    }
    if (!unix_is_inherited && !chosen.listen.unix_path.empty()) {
        ingest.push_back(bind_unix(ingest_, chosen.listen));
    }
    auto admin = adopt(admin_, "admin", manager);
    if (admin.empty()) {
        admin.push_back(bind(admin_, chosen.admin, "admin.http"));
    }
    auto probes = adopt(probes_, "metrics", manager);
    if (probes.empty() && chosen.metrics) {
        probes.push_back(bind(probes_, *chosen.metrics, "metrics.http"));
    }
    require_token(ingest, chosen.ingest.door.tokens, "auth.token_file");
    require_token(admin, chosen.admin_tokens, "admin.token_file");
    announce("ingest", ingest);
    announce("admin", admin);
    announce("metrics", probes);
}

void listeners::abort() {
    ingest_.abort();
    admin_.abort();
    probes_.abort();
}

} // namespace gatepost::app
