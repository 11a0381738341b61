// Section `relay` of the configuration, but for the connection itself (net::client_options).
#pragma once

#include <gatepost/core/units.hpp>

#include <chrono>
#include <cstddef>

namespace gatepost::relay {

struct batch_options {
    std::size_t max_events = 1000; // TikTok refuses more
    core::byte_size max_bytes = core::mebibytes(1);
    std::chrono::milliseconds linger = std::chrono::milliseconds(100);
};

struct retry_options {
    std::chrono::milliseconds first = std::chrono::seconds(1);
    std::chrono::milliseconds max = std::chrono::minutes(5);
};

struct breaker_options {
    int failures = 5; // in a row
    std::chrono::milliseconds open = std::chrono::seconds(1);
    std::chrono::milliseconds max = std::chrono::seconds(30);
};

struct options {
    // Requests under way at once. With several pixels each has one more, which it uses when it is
    // in trouble or when the others leave it none for a moment.
    std::size_t connections = 4;
    batch_options batch;
    retry_options retry;
    breaker_options breaker;
    // Requests per second and pixel; lowered while the upstream says that they are too many. 0 for
    // no limit.
    double rate = 50;
};

} // namespace gatepost::relay
