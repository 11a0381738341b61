// What the way in has to know: parts of the sections `listen`, `pixels` and `events`.
#pragma once

#include <gatepost/net/door.hpp>
#include <gatepost/net/forwarded.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace gatepost::ingest {

struct pixel {
    std::string id;
    std::string controller = "default";
    std::string test_event_code;
};

struct options {
    std::vector<pixel> pixels;
    std::chrono::seconds max_age = std::chrono::hours(24 * 7); // events.max_age.web
    net::door door;
    net::address_set trusted_proxies;
};

} // namespace gatepost::ingest
