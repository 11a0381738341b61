// A request to one of TikTok's routes, of either generation.
#pragma once

#include <gatepost/core/json.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::sandbox {

enum class route {
    event_track, // Events API 2.0
    pixel_track, // Events API 1.0
    pixel_batch,
};
// Of a path without trailing slash.
std::optional<route> route_of(std::string_view path);

class posted {
  public:
    posted(route to, std::string body);

    // event_source_id or pixel_code; "" when it cannot be read.
    std::string_view pixel() const;
    // Whether an event's event_id or name is this.
    bool holds(std::string_view event) const;
    // What TikTok would find wrong with it; nullopt when nothing is.
    std::optional<std::string> find_fault() const;
    // Its events as GET /_events shows them, but for those at these places. It has no fault.
    std::vector<std::string> shown(std::span<const std::int64_t> without) const;

  private:
    core::json::value root() const;
    std::vector<core::json::value> events() const;
    std::string show(core::json::value event) const;

    route route_;
    std::optional<core::json::document> body_; // nothing when it is no JSON
};

} // namespace gatepost::sandbox
