#include "operator_client.hpp"

#include "complain.hpp"
#include "daemon_address.hpp"
#include "one_request.hpp"

#include <gatepost/core/units.hpp>
#include <gatepost/net/http_client.hpp>

#include <chrono>
#include <csignal>

namespace gatepost::app {
namespace {

net::client_options options_for(const net::endpoint& daemon) {
    return {.endpoint = daemon,
            .proxy = {},
            .ca_file = "",
            // The daemon itself gives up after 10 s.
            .request_timeout = std::chrono::seconds(20),
            .max_answer = core::mebibytes(64)};
}

} // namespace

core::result<daemon_words, exit_code> ask_daemon(const operator_arguments& where,
                                                 operator_question what) {
    std::signal(SIGPIPE, SIG_IGN);
    const auto daemon = find_daemon(
        listener::admin,
        {.url = where.admin, .config_file = where.config_file, .token_file = where.token_file});
    if (daemon.has_error()) {
        std::cerr << daemon.error().text;
        return daemon.error().code;
    }
    const auto name = daemon->at.authority();
    core::upstream_request request{.method = std::move(what.method),
                                   .target = std::move(what.target),
                                   .headers = {},
                                   .body = std::move(what.body)};
    if (!request.body.empty()) {
        request.headers.emplace_back("Content-Type", "application/json");
    }
    daemon->show_token(request);
    auto received = send_once(options_for(daemon->at), std::move(request));
    if (received.has_error()) {
        return complain("no daemon answers at " + name + ": " + received.error().detail,
                        unavailable);
    }
    auto parsed = core::json::parse(received->body);
    const auto root = parsed ? parsed->root() : core::json::value();
    if ((received->status != 200 && received->status != 202) || !root.is_object()) {
        return complain(name + " answers " + explained(*received) +
                            (received->status == 401 ? token_advice(listener::admin, *daemon) : ""),
                        failed);
    }
    return daemon_words{.daemon = name,
                        .complete = received->status == 200,
                        .text = std::move(received->body),
                        .parsed = std::move(*parsed)};
}

} // namespace gatepost::app
