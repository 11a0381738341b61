// What the way in has to know: parts of the sections `listen`, `pixels` and `events`.
#pragma once

#include <gatepost/event/inbound.hpp>
#include <gatepost/net/door.hpp>
#include <gatepost/net/forwarded.hpp>
#include <gatepost/tiktok/protocol.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::ingest {

struct pixel {
    std::string id;
    std::string controller = "default";
    std::string test_event_code;
    event::source source = event::source::web;
    tiktok::api api = tiktok::api::event;
    bool observes = false;                // mode: observe
    std::vector<std::string> hosts;       // lower case; "*.shop.example" for every host below it
    std::vector<std::string> deny_events; // by the name that is posted or TikTok's
    std::vector<std::string> deny_properties; // members of properties that are not sent
    bool send_ip = true;
};

// How TikTok is told of a pixel's events of one core::record::variant: an event's own source and
// test code go before the pixel's.
tiktok::event_set event_set_of(const pixel& to, std::string_view variant);

// events.max_age: how old an event may be when it comes in.
struct max_ages {
    std::chrono::seconds web = std::chrono::hours(24 * 7);
    std::chrono::seconds app = std::chrono::hours(24 * 7);
    std::chrono::seconds offline = std::chrono::hours(24 * 28);
    std::chrono::seconds crm = std::chrono::hours(24 * 28);

    std::chrono::seconds of(event::source source) const;
};

// What the audit trail keeps of a TC string: its SHA-256, all of it, or nothing.
enum class tc_string_proof { hash, full, none };

struct options {
    std::vector<pixel> pixels;
    tc_string_proof tc_string = tc_string_proof::hash; // audit.tc_string
    std::string config_version;                        // for the audit trail
    bool audit_drops = false;                          // audit.record: all
    max_ages max_age;
    bool map_names = false; // events.names: map
    net::door door;
    net::address_set trusted_proxies;
};

} // namespace gatepost::ingest
