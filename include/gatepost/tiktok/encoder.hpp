// From a permitted event to the bytes TikTok gets (Events API 2.0 event object; sources of each
// rule in docs/tiktok.md).
#pragma once

#include <gatepost/consent/permitted.hpp>
#include <gatepost/core/clock.hpp>
#include <gatepost/core/sealed_record.hpp>
#include <gatepost/event/inbound.hpp>
#include <gatepost/identity/identifier.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::tiktok {

// What is settled about an event by the time it is encoded.
struct envelope {
    std::string_view pixel;
    std::string_view controller;
    std::string_view event_id;
    std::chrono::sys_seconds event_time;
    core::wall_time received;
    std::string evidence;                      // JSON of the decision and its findings
    event::source source = event::source::web; // what TikTok is told it is of
    // What this pixel's events go without: pixels[].deny_properties, also inside contents, and
    // pixels[].send_ip.
    std::span<const std::string> deny_properties;
    bool send_ip = true;
};

// What page.url and page.referrer lose (section `events` of the configuration).
struct url_cleaning {
    std::vector<std::string> strip_query; // parameters of these names
    bool strip_emails = true;             // and what has the shape of an e-mail address
};

// The only maker of sealed records.
class encoder {
  public:
    explicit encoder(url_cleaning cleaning);

    // Writes the event object and computes its duplicate key. Holds a hasher: one for each thread.
    core::sealed_record seal(const consent::permitted<event::inbound>& event,
                             const identity::visitor& who, envelope about);

  private:
    std::string clean(std::string_view url) const;
    std::string payload(const consent::permitted<event::inbound>& event, const envelope& about,
                        const identity::visitor& who) const;

    url_cleaning cleaning_;
    identity::hasher digest_;
};

} // namespace gatepost::tiktok
