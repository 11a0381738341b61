#include "posted.hpp"

#include <gatepost/sandbox/validate.hpp>

#include <algorithm>
#include <utility>

namespace gatepost::sandbox {
namespace {

using core::json::value;
using core::json::writer;

// A whole body of /pixel/track/ is its event; these are not part of it.
bool belongs_to_event(std::string_view name) {
    return name != "pixel_code" && name != "test_event_code" && name != "partner_name";
}

void write_test_code(writer& out, value event, value body) {
    // 1.0 has it in each event of a batch, or once.
    auto code = event.find("test_event_code");
    code = code ? code : body.find("test_event_code");
    if (code) {
        out.member("test_event_code", code.text());
    }
}

} // namespace

std::optional<route> route_of(std::string_view path) {
    if (path == "/open_api/v1.3/event/track") {
        return route::event_track;
    }
    if (path == "/open_api/v1.3/pixel/track") {
        return route::pixel_track;
    }
    return path == "/open_api/v1.3/pixel/batch" ? std::optional(route::pixel_batch) : std::nullopt;
}

posted::posted(route to, std::string body) : route_(to) {
    if (auto parsed = core::json::parse(std::move(body))) {
        body_ = std::move(*parsed);
    }
}

value posted::root() const {
    return body_ ? body_->root() : value();
}

std::string_view posted::pixel() const {
    return root().find(route_ == route::event_track ? "event_source_id" : "pixel_code").text();
}

std::vector<value> posted::events() const {
    if (route_ == route::pixel_track) {
        return {root()};
    }
    std::vector<value> found;
    root().find(route_ == route::event_track ? "data" : "batch").each_element([&](value event) {
        found.push_back(event);
    });
    return found;
}

bool posted::holds(std::string_view event) const {
    return std::ranges::any_of(events(), [event](value one) {
        return one.find("event_id").text() == event || one.find("event").text() == event;
    });
}

std::optional<std::string> posted::find_fault() const {
    if (!body_) {
        return "body: Not valid JSON.";
    }
    switch (route_) {
    case route::event_track:
        return sandbox::find_fault(root());
    case route::pixel_track:
        return find_pixel_fault(root());
    case route::pixel_batch:
        break;
    }
    return find_pixel_batch_fault(root());
}

std::vector<std::string> posted::shown(std::span<const std::int64_t> without) const {
    std::vector<std::string> result;
    std::int64_t place = 0;
    for (const auto event : events()) {
        if (std::ranges::find(without, place++) == without.end()) {
            result.push_back(show(event));
        }
    }
    return result;
}

std::string posted::show(value event) const {
    writer out;
    out.begin_object().member("api", route_ == route::event_track ? "event" : "pixel");
    // 1.0 is for the web alone.
    out.member("event_source",
               route_ == route::event_track ? root().find("event_source").text() : "web");
    out.member("event_source_id", pixel());
    write_test_code(out, event, root());
    out.key("event");
    if (route_ == route::pixel_track) {
        out.begin_object();
        event.each_member([&out](std::string_view name, value given) {
            if (belongs_to_event(name)) {
                out.key(name).copy(given);
            }
        });
        out.end_object();
    } else {
        out.copy(event);
    }
    return out.end_object().take();
}

} // namespace gatepost::sandbox
