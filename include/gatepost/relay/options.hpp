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
    std::size_t connections = 4;
    batch_options batch;
    retry_options retry;
    breaker_options breaker;
};

} // namespace gatepost::relay
