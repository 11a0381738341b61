#include "test_event.hpp"

#include <gatepost/core/ids.hpp>
#include <gatepost/core/json.hpp>

#include <algorithm>

namespace gatepost::app {
namespace {

using event::source;

std::string_view usual_event(source from) {
    switch (from) {
    case source::web:
    case source::app:
        return "ViewContent";
    case source::offline:
        return "Purchase";
    case source::crm:
        break;
    }
    return "Lead";
}

void add_member(core::json::writer& out, std::string_view name, const std::string& value) {
    if (!value.empty()) {
        out.member(name, std::string_view(value));
    }
}

} // namespace

const ingest::pixel* test_pixel(const std::vector<ingest::pixel>& pixels,
                                const std::string& named) {
    if (!named.empty()) {
        const auto found = std::ranges::find(pixels, named, &ingest::pixel::id);
        return found == pixels.end() ? nullptr : &*found;
    }
    if (pixels.size() == 1) {
        return &pixels.front();
    }
    const auto has_code = [](const ingest::pixel& each) { return !each.test_event_code.empty(); };
    return std::ranges::count_if(pixels, has_code) == 1 ? &*std::ranges::find_if(pixels, has_code)
                                                        : nullptr;
}

std::string_view missing_for_test(source from, const test_event_arguments& given) {
    switch (from) {
    case source::web:
        return "";
    case source::app:
        return given.app_id.empty() ? "events of an app need --app-id" : "";
    case source::offline:
        return given.email.empty() && given.phone.empty()
                   ? "offline events are matched by e-mail or phone: give --email or --phone"
                   : "";
    case source::crm:
        return given.lead_id.empty() ? "events of a CRM need --lead-id" : "";
    }
    return "";
}

// The address is one for documentation (RFC 5737), the page one of example.com (RFC 2606).
std::string test_event(const ingest::pixel& to, const test_event_arguments& given) {
    const auto name = given.event.empty() ? usual_event(to.source) : std::string_view(given.event);
    const bool web = to.source == source::web;
    core::json::writer out;
    out.begin_object().member("event", name);
    out.member("event_id", std::string_view("gatepost-test-" + core::random_id()));
    out.member("pixel", std::string_view(to.id));
    out.key("user").begin_object();
    add_member(out, "email", given.email);
    add_member(out, "phone", given.phone);
    add_member(out, "external_id",
               given.external_id.empty() ? "gatepost-send-test" : given.external_id);
    add_member(out, "ttclid", given.ttclid);
    out.end_object().key("visitor").begin_object();
    if (web || to.source == source::app) {
        add_member(out, "ip", given.ip.empty() ? "203.0.113.10" : given.ip);
        add_member(out, "user_agent",
                   given.user_agent.empty() ? "Mozilla/5.0 (compatible; gatepost send-test)"
                                            : given.user_agent);
    }
    out.end_object();
    if (web || !given.url.empty()) {
        out.key("page").begin_object();
        add_member(out, "url", given.url.empty() ? "https://www.example.com/" : given.url);
        out.end_object();
    }
    if (!given.app_id.empty()) {
        out.key("app").begin_object().member("app_id", std::string_view(given.app_id)).end_object();
    }
    if (!given.lead_id.empty()) {
        out.key("lead").begin_object().member("lead_id", std::string_view(given.lead_id));
        out.member("lead_event_source", "gatepost").end_object();
    }
    out.key("properties").begin_object().key("value").number(1).member("currency", "USD");
    out.end_object();
    out.key("consent").begin_object().member("marketing", "granted").end_object();
    out.end_object();
    return out.take();
}

} // namespace gatepost::app
