// From the JSON that an application posts to the record that waits for TikTok, without the way in.
#pragma once

#include <gatepost/event/decode.hpp>
#include <gatepost/tiktok/encoder.hpp>

#include <stdexcept>
#include <string>
#include <support/fake_clock.hpp>
#include <vector>

namespace gatepost::test {

constexpr auto pixel = "C0EXAMPLE0PIXEL0CODE";

struct encoded {
    core::record record;
    std::vector<std::string> warnings;
};

// What `event` (JSON) becomes for a visitor who agreed, or agreed to limited use only. An event
// without an id gets "made-id", one without a time that of the example in the facts.
inline encoded encode(const std::string& event, consent::action action = consent::action::send,
                      tiktok::encoder_options options = {}) {
    const auto posted = event::decode_body(event, event::body_format::json).value();
    const auto& inbound = posted.events.at(0).value();
    consent::decision decision;
    decision.action = action;
    const auto permitted = consent::admit(decision, inbound);
    tiktok::encoder encoder(std::move(options), identity::instance_key(core::secret_string(
                                                    "0123456789abcdef0123456789abcdef")));
    constexpr std::chrono::sys_seconds example_time{std::chrono::seconds(1'763'812'800)};
    encoded result;
    result.record = *encoder.seal(permitted.value(),
                                  {.pixel = pixel,
                                   .controller = "default",
                                   .event_id = inbound.id.empty() ? "made-id" : inbound.id,
                                   .event_time = inbound.time.value_or(example_time),
                                   .received = fake_clock::start,
                                   .evidence = "{}"},
                                  result.warnings);
    return result;
}

} // namespace gatepost::test
