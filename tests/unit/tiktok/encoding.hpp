// From the JSON that an application posts to the record that waits for TikTok, without the way in.
#pragma once

#include <gatepost/event/decode.hpp>
#include <gatepost/tiktok/encoder.hpp>

#include <string>
#include <support/fake_clock.hpp>
#include <vector>

namespace gatepost::test {

constexpr auto pixel = "C0EXAMPLE0PIXEL0CODE";

struct encoded {
    core::record record;
    std::vector<std::string> warnings; // of the decoder, then of the identifiers
};

struct circumstances {
    consent::action action = consent::action::send; // or send_limited
    tiktok::url_cleaning cleaning = {{"email", "e-mail", "phone", "name", "token"}, true};
    std::vector<std::string> deny_properties = {};
    bool send_ip = true;
};

// What `event` (JSON) becomes for a visitor who agreed. An event without a pixel is of the one
// above, one without an id gets "made-id", one without a time that of the example in the facts.
inline encoded encode(const std::string& event, const circumstances& given = {}) {
    const auto posted = event::decode_body(event, event::body_format::json).value();
    const auto& inbound = posted.events.at(0).value();
    consent::decision decision;
    decision.action = given.action;
    const auto permitted = consent::admit(decision, inbound);
    identity::identifier identifier(
        {}, identity::instance_key(core::secret_string("0123456789abcdef0123456789abcdef")));
    tiktok::encoder encoder(given.cleaning);
    constexpr std::chrono::sys_seconds example_time{std::chrono::seconds(1'763'812'800)};
    encoded result{.warnings = posted.warnings};
    const auto who = identifier.identify(inbound, result.warnings);
    result.record = *encoder.seal(permitted.value(), who,
                                  {.pixel = inbound.pixel.empty() ? pixel : inbound.pixel,
                                   .controller = "default",
                                   .event_id = inbound.id.empty() ? "made-id" : inbound.id,
                                   .event_time = inbound.time.value_or(example_time),
                                   .received = fake_clock::start,
                                   .evidence = "{}",
                                   .deny_properties = given.deny_properties,
                                   .send_ip = given.send_ip});
    return result;
}

} // namespace gatepost::test
