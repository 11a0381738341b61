// TikTok's dialects under one roof, for tables.
#pragma once

#include <gatepost/event/tiktok_dialect.hpp>

#include <string>
#include <utility>

namespace gatepost::test {

enum class form { event_track, pixel_track, pixel_batch };

inline core::input_result<event::batch> read(form dialect, std::string body) {
    switch (dialect) {
    case form::event_track:
        return event::decode_event_track(std::move(body));
    case form::pixel_track:
        return event::decode_pixel_track(std::move(body));
    case form::pixel_batch:
        break;
    }
    return event::decode_pixel_batch(std::move(body));
}

} // namespace gatepost::test
