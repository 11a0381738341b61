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

// What the audit trail keeps of a TC string: its SHA-256, all of it, or nothing.
enum class tc_string_proof { hash, full, none };

struct options {
    std::vector<pixel> pixels;
    tc_string_proof tc_string = tc_string_proof::hash;         // audit.tc_string
    std::string config_version;                                // for the audit trail
    bool audit_drops = false;                                  // audit.record: all
    std::chrono::seconds max_age = std::chrono::hours(24 * 7); // events.max_age.web
    net::door door;
    net::address_set trusted_proxies;
};

} // namespace gatepost::ingest
