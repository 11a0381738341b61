// The routes about dead letters (docs/http-api.md "Dead letters").
#pragma once

#include <gatepost/ledger/registry.hpp>
#include <gatepost/net/http.hpp>
#include <gatepost/spool/queue.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <set>
#include <string>

namespace gatepost::admin {

// Where they are, and how long it may take to answer.
struct dead_letter_box {
    spool::queue& queue;
    std::chrono::milliseconds patience;
};

// What a dead letter has to pass before it waits again. The registry is open until the queue is
// closed.
struct replay_rules {
    const ledger::registry& registry;
    std::set<std::string, std::less<>> pixels; // those configured
};

// GET /v1/dead-letters?limit=&reason=
boost::asio::awaitable<net::response> list_dead_letters(dead_letter_box box,
                                                        const net::request_head& head);
// POST /v1/dead-letters/replay. Refused are those whose visitor withdrew since, and those of a
// pixel that is not configured, which nobody would send.
boost::asio::awaitable<net::response> replay_dead_letters(dead_letter_box box, replay_rules rules,
                                                          std::string body);
// DELETE /v1/dead-letters
boost::asio::awaitable<net::response> remove_dead_letters(dead_letter_box box, std::string body);

} // namespace gatepost::admin
