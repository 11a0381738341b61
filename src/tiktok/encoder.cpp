#include "properties.hpp"

#include <gatepost/event/page_url.hpp>
#include <gatepost/tiktok/encoder.hpp>

#include <utility>

namespace gatepost::tiktok {
namespace {

using core::json::writer;

void write_hashes(writer& out, std::string_view name, const std::vector<std::string>& hashes) {
    if (hashes.empty()) {
        return;
    }
    out.key(name).begin_array();
    for (const auto& hash : hashes) {
        out.string(hash);
    }
    out.end_array();
}

void write_text(writer& out, std::string_view name, std::string_view text) {
    if (!text.empty()) {
        out.member(name, text);
    }
}

} // namespace

encoder::encoder(std::vector<std::string> strip_query) : strip_query_(std::move(strip_query)) {}

core::sealed_record encoder::seal(const consent::permitted<event::inbound>& event,
                                  const identity::visitor& who, envelope about) {
    // Each part with its length before it: no separator is safe, names and ids may hold any byte.
    std::string identity;
    for (const auto part : {about.pixel, event->name, about.event_id}) {
        identity.append(std::to_string(part.size())).append(":").append(part);
    }

    core::record content;
    content.pixel = about.pixel;
    content.event = event->name;
    content.event_id = about.event_id;
    content.controller = about.controller;
    content.payload = payload(event, about, who);
    content.evidence = std::move(about.evidence);
    content.duplicate_key = identity::truncate(digest_.sha256(identity));
    content.subjects = who.keys;
    content.event_time = about.event_time;
    content.received = about.received;
    return core::sealed_record(std::move(content));
}

// The click id was read before this.
std::string encoder::clean(std::string_view url) const {
    return event::strip_parameters(event::strip_user(url), strip_query_);
}

std::string encoder::payload(const consent::permitted<event::inbound>& event, const envelope& about,
                             const identity::visitor& who) const {
    writer out;
    out.begin_object();
    out.member("event", event->name);
    out.member("event_time", std::int64_t{about.event_time.time_since_epoch().count()});
    out.member("event_id", about.event_id);

    out.key("user").begin_object();
    write_text(out, "ttclid", who.clicks.ttclid);
    write_text(out, "ttp", who.clicks.ttp);
    write_hashes(out, "email", who.hashes.emails);
    write_hashes(out, "phone", who.hashes.phones);
    write_hashes(out, "external_id", who.hashes.external_ids);
    write_text(out, "ip", event->who.ip);
    write_text(out, "user_agent", event->who.user_agent);
    out.end_object();

    if (!event->where.url.empty() || !event->where.referrer.empty()) {
        out.key("page").begin_object();
        write_text(out, "url", clean(event->where.url));
        write_text(out, "referrer", clean(event->where.referrer));
        out.end_object();
    }
    if (event->properties.size() > 0) {
        out.key("properties");
        write_properties(out, event->properties);
    }
    if (event.limited() || event->limited_data_use) {
        out.member("limited_data_use", true);
    }
    out.end_object();
    return out.take();
}

} // namespace gatepost::tiktok
