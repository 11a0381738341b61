// From a permitted event to the bytes TikTok gets (Events API 2.0, POST
// /open_api/v1.3/event/track/; sources of each rule in docs/tiktok.md).
#pragma once

#include <gatepost/consent/permitted.hpp>
#include <gatepost/core/clock.hpp>
#include <gatepost/core/sealed_record.hpp>
#include <gatepost/event/inbound.hpp>
#include <gatepost/identity/identifier.hpp>

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
    std::string evidence; // JSON of the decision and its findings
};

// The only maker of sealed records.
class encoder {
  public:
    // `strip_query`: parameters to leave out of page.url and page.referrer.
    explicit encoder(std::vector<std::string> strip_query);

    // Writes the event object and computes its duplicate key. Holds a hasher: one for each thread.
    core::sealed_record seal(const consent::permitted<event::inbound>& event,
                             const identity::visitor& who, envelope about);

  private:
    std::string clean(std::string_view url) const;
    std::string payload(const consent::permitted<event::inbound>& event, const envelope& about,
                        const identity::visitor& who) const;

    std::vector<std::string> strip_query_;
    identity::hasher digest_;
};

} // namespace gatepost::tiktok
