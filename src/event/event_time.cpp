#include <gatepost/event/decode.hpp>

#include <algorithm>

namespace gatepost::event {

core::input_result<std::chrono::sys_seconds> event_time(const inbound& event, core::wall_time now,
                                                        std::chrono::seconds max_age) {
    // Clocks of shops and browsers differ by a little; TikTok's do not wait for the future.
    constexpr std::chrono::minutes tolerated_skew{5};
    const auto refuse = [&](const char* why) {
        return core::input_error{"invalid_event", why,
                                 "/events/" + std::to_string(event.index) + "/event_time"};
    };
    if (!event.time) {
        return core::to_seconds(now);
    }
    if (*event.time > now + tolerated_skew) {
        return refuse("more than 5 minutes ahead");
    }
    if (now - *event.time > max_age) {
        return refuse("older than the greatest age configured");
    }
    return std::min(*event.time, core::to_seconds(now));
}

} // namespace gatepost::event
