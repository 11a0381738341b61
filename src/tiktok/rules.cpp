#include "rules.hpp"

#include <gatepost/tiktok/rules.hpp>

namespace gatepost::tiktok {
namespace {

using event::source;

// Events API 2.0 takes an object only for some sources, and needs it there.
void inspect_source(const event::inbound& event, source from, inspection& found) {
    const auto& who = event.who;
    switch (from) {
    case source::web: // TikTok lists page.url as required of them, and nobody saw it enforced
        break;
    case source::app:
        if (event.app.id.empty()) {
            found.refuse({"/app/app_id"}, "missing; TikTok asks for it of app events");
        }
        break;
    case source::crm:
        if (event.lead.id.empty()) {
            found.refuse({"/lead/lead_id"}, "missing; TikTok asks for it of CRM events");
        }
        break;
    case source::offline:
        if (who.emails.empty() && who.phones.empty() && who.external_ids.empty()) {
            found.warn({"/user"},
                       "no email, phone or external_id, by which offline events are matched");
        }
        break;
    }
}

} // namespace

std::optional<core::input_error> find_fault(const event::inbound& event, source from,
                                            std::vector<std::string>& warnings,
                                            std::span<const std::string> deny) {
    inspection found(event.index, warnings);
    inspect_name(event.name, from, found);
    inspect_source(event, from, found);
    inspect_properties(event.properties, deny, found);
    if (event.limited_data_use && (from == source::offline || from == source::crm)) {
        found.warn({"/limited_data_use"}, "TikTok documents it for web and app events only");
    }
    return found.take();
}

} // namespace gatepost::tiktok
