#include "known_members.hpp"
#include "properties.hpp"
#include "sparse_object.hpp"

#include <gatepost/event/page_url.hpp>
#include <gatepost/tiktok/encoder.hpp>
#include <gatepost/tiktok/protocol.hpp>

#include <utility>

namespace gatepost::tiktok {
namespace {

using core::json::writer;

void write_text(writer& out, std::string_view name, std::string_view text) {
    if (!text.empty()) {
        out.member(name, text);
    }
}

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

void write_user(writer& out, const event::user& given, const identity::visitor& who, bool send_ip) {
    const auto& hashes = who.hashes;
    out.key("user").begin_object();
    write_text(out, "ttclid", who.clicks.ttclid);
    write_text(out, "ttp", who.clicks.ttp);
    write_hashes(out, "email", hashes.emails);
    write_hashes(out, "phone", hashes.phones);
    write_hashes(out, "external_id", hashes.external_ids);
    write_text(out, "first_name", hashes.first_name);
    write_text(out, "last_name", hashes.last_name);
    write_text(out, "zip_code", hashes.zip_code);
    write_text(out, "city", hashes.city);
    write_text(out, "state", hashes.state);
    write_text(out, "country", hashes.country);
    if (send_ip) {
        write_text(out, "ip", given.ip);
    }
    write_text(out, "user_agent", given.user_agent);
    write_text(out, "locale", hashes.locale);
    write_text(out, "idfa", hashes.idfa);
    write_text(out, "idfv", hashes.idfv);
    write_text(out, "gaid", hashes.gaid);
    write_text(out, "att_status", hashes.att_status);
    out.end_object();
}

void write_page(writer& out, const std::string& url, const std::string& referrer) {
    sparse_object page(out, "page");
    page.text("url", url);
    page.text("referrer", referrer);
}

void write_app(writer& out, const event::app& given) {
    sparse_object app(out, "app");
    app.text("app_id", given.id);
    app.text("app_name", given.name);
    app.text("app_version", given.version);
}

void write_lead(writer& out, const event::lead& given) {
    sparse_object lead(out, "lead");
    lead.text("lead_id", given.id);
    lead.text("lead_event_source", given.source);
}

} // namespace

encoder::encoder(url_cleaning cleaning) : cleaning_(std::move(cleaning)) {}

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
    content.variant = to_text({about.source, event->test_event_code});
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
    return event::clean_url(url, cleaning_.strip_query, cleaning_.strip_emails);
}

std::string encoder::payload(const consent::permitted<event::inbound>& event, const envelope& about,
                             const identity::visitor& who) const {
    constexpr std::size_t usual_size = 2048;
    writer out(usual_size);
    out.begin_object();
    out.member("event", event->name);
    out.member("event_time", std::int64_t{about.event_time.time_since_epoch().count()});
    out.member("event_id", about.event_id);
    write_user(out, event->who, who, about.send_ip);
    write_page(out, clean(event->where.url), clean(event->where.referrer));
    write_app(out, event->app);
    write_ad(out, event->ad);
    write_lead(out, event->lead);
    write_device(out, event->device);
    if (has_properties(event->properties, about.deny_properties)) {
        out.key("properties");
        write_properties(out, event->properties, about.deny_properties);
    }
    if (event.limited() || event->limited_data_use) {
        out.member("limited_data_use", true);
    }
    out.end_object();
    return out.take();
}

} // namespace gatepost::tiktok
