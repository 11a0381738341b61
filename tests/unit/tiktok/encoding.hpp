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
                      std::vector<std::string> strip_query = {"email", "e-mail", "phone", "name",
                                                              "token"}) {
    const auto posted = event::decode_body(event, event::body_format::json).value();
    const auto& inbound = posted.events.at(0).value();
    consent::decision decision;
    decision.action = action;
    const auto permitted = consent::admit(decision, inbound);
    identity::identifier identifier(
        {}, identity::instance_key(core::secret_string("0123456789abcdef0123456789abcdef")));
    tiktok::encoder encoder(std::move(strip_query));
    constexpr std::chrono::sys_seconds example_time{std::chrono::seconds(1'763'812'800)};
    encoded result;
    const auto who = identifier.identify(inbound, result.warnings);
    result.record = *encoder.seal(permitted.value(), who,
                                  {.pixel = pixel,
                                   .controller = "default",
                                   .event_id = inbound.id.empty() ? "made-id" : inbound.id,
                                   .event_time = inbound.time.value_or(example_time),
                                   .received = fake_clock::start,
                                   .evidence = "{}"});
    return result;
}

} // namespace gatepost::test
