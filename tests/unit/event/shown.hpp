// An event as text, so that two decodings of it can be compared whole.
#pragma once

#include <gatepost/event/inbound.hpp>

#include <string>

namespace gatepost::test {

// Every member that says something, in one order, as JSON.
inline std::string shown(const event::inbound& event) {
    core::json::writer out;
    const auto text = [&](std::string_view name, std::string_view value) {
        if (!value.empty()) {
            out.member(name, value);
        }
    };
    const auto texts = [&](std::string_view name, const auto& values) {
        for (const auto value : values) {
            text(name, value);
        }
    };
    const auto tree = [&](std::string_view name, core::json::value value) {
        if (value) {
            out.key(name).copy(value);
        }
    };
    out.begin_object();
    out.member("index", static_cast<std::int64_t>(event.index));
    text("name", event.name);
    text("id", event.id);
    if (event.time) {
        out.member("time", std::int64_t{event.time->time_since_epoch().count()});
    }
    text("pixel", event.pixel);
    text("source", event.source ? event::to_string(*event.source) : "");
    text("test_event_code", event.test_event_code);
    const auto& who = event.who;
    texts("email", who.emails);
    texts("phone", who.phones);
    texts("external_id", who.external_ids);
    text("phone_region", who.phone_region);
    text("ttclid", who.ttclid);
    text("ttp", who.ttp);
    text("ip", who.ip);
    text("user_agent", who.user_agent);
    text("att_status", who.att_status);
    text("first_name", who.first_name);
    text("last_name", who.last_name);
    text("zip_code", who.zip_code);
    text("city", who.city);
    text("state", who.state);
    text("country", who.country);
    text("locale", who.locale);
    text("idfa", who.idfa);
    text("idfv", who.idfv);
    text("gaid", who.gaid);
    text("url", event.where.url);
    text("referrer", event.where.referrer);
    text("app_id", event.app.id);
    text("app_name", event.app.name);
    text("app_version", event.app.version);
    text("lead_id", event.lead.id);
    text("lead_event_source", event.lead.source);
    tree("properties", event.properties);
    tree("ad", event.ad);
    tree("device", event.device);
    const auto& from = event.from;
    text("visitor.cookie", from.cookie);
    out.member("visitor.cookie_given", from.cookie_given);
    text("visitor.ip", from.ip);
    text("visitor.user_agent", from.user_agent);
    text("visitor.country", from.country);
    text("visitor.region", from.region);
    for (const auto& [name, value] : from.headers) {
        text(name, value);
    }
    out.member("visitor.minor", from.minor);
    out.member("visitor.age", from.age.value_or(-1));
    for (const auto& [name, value] : event.consent.fields) {
        text(name, value);
    }
    texts("consent.unreadable", event.consent.unreadable);
    if (event.consent.at) {
        out.member("consent.at", std::int64_t{event.consent.at->time_since_epoch().count()});
    }
    for (const auto section : event.consent.gpp_sid) {
        out.member("consent.gpp_sid", section);
    }
    out.member("limited_data_use", event.limited_data_use);
    out.end_object();
    return out.take();
}

} // namespace gatepost::test
