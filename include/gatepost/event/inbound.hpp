// An event as the application said it, decoded and checked for shape, nothing decided yet.
//
// All text points into the documents of the event::batch it came from and lives as long as that.
// Whatever dialect an application speaks, its decoder makes this.
#pragma once

#include <gatepost/core/json.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace gatepost::event {

// TikTok's event_source: where an event happened.
enum class source : std::uint8_t { web, app, offline, crm };
std::string_view to_string(source value);
std::optional<source> source_named(std::string_view name);

// The e-mails, phones and external ids of one event, of each kind. TikTok documents no limit; an
// event with more is refused and not cut, for a visitor who withdrew is found by any of them.
constexpr std::size_t max_identifiers = 100;

// Identifiers in the clear or hashed already, exactly as they came.
struct user {
    std::vector<std::string_view> emails;
    std::vector<std::string_view> phones;
    std::vector<std::string_view> external_ids;
    std::string_view phone_region; // ISO 3166, how to read national numbers; not sent on
    std::string_view ttclid;
    std::string_view ttp;
    std::string_view ip;
    std::string_view user_agent;
    std::string_view att_status; // iOS App Tracking Transparency: "AUTHORIZED", "DENIED", ...
    std::string_view first_name;
    std::string_view last_name;
    std::string_view zip_code;
    std::string_view city;
    std::string_view state;
    std::string_view country;
    std::string_view locale; // BCP 47
    std::string_view idfa;
    std::string_view idfv;
    std::string_view gaid;
};

struct page {
    std::string_view url;
    std::string_view referrer;
};

// The app an event happened in. TikTok wants it of events of source app.
struct app {
    std::string_view id;
    std::string_view name;
    std::string_view version;
};

// Whom a CRM speaks of. TikTok wants it of events of source crm.
struct lead {
    std::string_view id;
    std::string_view source; // TikTok's lead_event_source: the name of the CRM
};

// Who the visitor is, as the application knows it.
struct visitor {
    std::string_view cookie;   // a Cookie header's value
    bool cookie_given = false; // also when it is empty: then the visitor has none
    std::string_view ip;
    std::string_view user_agent;
    std::string_view country; // ISO 3166-1 alpha-2, any case
    std::string_view region;  // ISO 3166-2 without the country, any case
    std::vector<std::pair<std::string_view, std::string_view>> headers; // name, value
    bool minor = false;
    std::optional<std::int64_t> age;
};

// What the application says about consent. A field that cannot be read stands in `unreadable`; if
// it is one of `fields`, it is there as well, with the value "".
struct claims {
    // Field name ("marketing", "tcf", "gpp", "us_privacy", "gcs", "gcd", "ac", "token") and text.
    std::vector<std::pair<std::string_view, std::string_view>> fields;
    // Names of fields of a wrong type, and "at" when it is no time in seconds since 1970.
    std::vector<std::string_view> unreadable;
    std::optional<std::chrono::sys_seconds> at;
    std::vector<std::int64_t> gpp_sid;
};

struct inbound {
    std::size_t index = 0; // place in the request
    std::string_view name;
    std::string_view id; // empty when the application gave none
    std::optional<std::chrono::sys_seconds> time;
    std::string_view pixel; // empty when the event names none
    std::optional<event::source> source;
    std::string_view test_event_code;
    user who;
    page where;
    event::app app;
    event::lead lead;
    core::json::value properties; // an object, or absent
    core::json::value ad;         // an object, or absent: what brought the user of an app
    core::json::value device;     // an object, or absent: user agent client hints
    visitor from;
    claims consent;
    bool limited_data_use = false;
};

} // namespace gatepost::event
