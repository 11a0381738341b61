// What TikTok asks of an event, looked at before it is taken (docs/tiktok.md "Rules").
#pragma once

#include <gatepost/core/result.hpp>
#include <gatepost/event/inbound.hpp>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace gatepost::tiktok {

// The first thing for which TikTok would refuse the event, as invalid_event with its path
// ("/events/<n>/properties/value"); nothing when there is none. What TikTok takes but does not use
// as the sender means it becomes a warning. Neither repeats what was sent.
//
// Properties in `deny` (pixels[].deny_properties) are not sent, so they are not looked at.
std::optional<core::input_error> find_fault(const event::inbound& event, event::source from,
                                            std::vector<std::string>& warnings,
                                            std::span<const std::string> deny = {});

} // namespace gatepost::tiktok
