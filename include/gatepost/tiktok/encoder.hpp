// From a permitted event to the bytes TikTok gets (Events API 2.0, POST
// /open_api/v1.3/event/track/; sources of each rule in docs/tiktok.md).
#pragma once

#include <gatepost/consent/permitted.hpp>
#include <gatepost/core/clock.hpp>
#include <gatepost/core/sealed_record.hpp>
#include <gatepost/event/click_ids.hpp>
#include <gatepost/event/inbound.hpp>
#include <gatepost/identity/user.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace gatepost::tiktok {

struct encoder_options {
    identity::options identity;
    std::vector<std::string> strip_query = {"email", "e-mail", "phone", "name", "token"};
};

// What is settled about an event by the time it is encoded.
struct envelope {
    std::string_view pixel;
    std::string_view controller;
    std::string_view event_id;
    std::chrono::sys_seconds event_time;
    core::wall_time received;
    std::string evidence; // JSON of the decision and its findings
};

// The only maker of sealed records. Holds a hasher: one for each thread.
class encoder {
  public:
    encoder(encoder_options chosen, identity::instance_key key);

    // Hashes who the visitor is, writes the event object, computes its keys. What is left out is
    // named in `warnings`, never with its value.
    core::sealed_record seal(const consent::permitted<event::inbound>& event, envelope about,
                             std::vector<std::string>& warnings);

  private:
    std::string clean(std::string_view url) const;
    std::string payload(const consent::permitted<event::inbound>& event, const envelope& about,
                        const identity::hashed_user& who, const event::click_ids& clicks) const;

    encoder_options options_;
    identity::instance_key key_;
    identity::hasher digest_;
};

} // namespace gatepost::tiktok
