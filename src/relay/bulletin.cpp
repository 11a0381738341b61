#include "bulletin.hpp"

#include <gatepost/observe/log.hpp>

namespace gatepost::relay {

bulletin::bulletin(const surroundings& around, const std::string& pixel)
    : around_(around), pixel_(pixel) {
    status_.pixel = pixel;
}

void bulletin::show(const flow_control& flow, bool held) {
    if (ended_) {
        return;
    }
    const auto paused = held ? "observe" : flow.pause_reason();
    around_.metrics.breaker(pixel_, static_cast<int>(flow.breaker_state()));
    around_.metrics.paused(pixel_, paused);
    const std::lock_guard lock(mutex_);
    status_.state = flow.breaker_state();
    status_.paused = paused;
    status_.rate = flow.rate();
}

void bulletin::note(const reply& came, std::uint64_t delivered) {
    const std::lock_guard lock(mutex_);
    status_.delivered += delivered;
    status_.last = core::last_answer{.outcome = std::string(came.meaning.label),
                                     .code = came.meaning.code,
                                     .request_id = came.meaning.request_id,
                                     .detail = came.detail,
                                     .at = around_.clock.wall()};
}

void bulletin::tell(const flow_control::news& learnt, const flow_control& flow,
                    const core::delivery& answer) const {
    if (learnt.upstream_is_back) {
        observe::log(observe::level::info, "the upstream is back", {{"pixel", pixel_}});
    }
    if (learnt.pause_begins) {
        observe::log(observe::level::error, "the upstream refuses the pixel, which is paused",
                     {{"pixel", pixel_},
                      {"reason", flow.pause_reason()},
                      {"code", answer.code},
                      {"request_id", answer.request_id}});
    }
    if (learnt.pause_ends) {
        observe::log(observe::level::info, "the pixel is not paused any more", {{"pixel", pixel_}});
    }
}

void bulletin::tell_unreadable(const core::error_code& error) const {
    observe::log(observe::level::error, "the spool cannot be read",
                 {{"pixel", pixel_}, {"error", error.message()}});
}

void bulletin::tell_failure(const char* what) const {
    observe::log(observe::level::error, "delivery failed in the program itself",
                 {{"pixel", pixel_}, {"error", what}});
}

lane_status bulletin::status() const {
    const std::lock_guard lock(mutex_);
    return status_;
}

} // namespace gatepost::relay
