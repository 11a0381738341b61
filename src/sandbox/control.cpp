#include "control.hpp"

#include <array>
#include <limits>
#include <string_view>
#include <utility>

namespace gatepost::sandbox {
namespace {

using core::json::value;

constexpr std::int64_t any_number = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t longest_delay = 3'600'000;

std::optional<std::int64_t> number_from(value given, std::int64_t least, std::int64_t most) {
    const auto number = given.integer();
    return number && *number >= least && *number <= most ? number : std::nullopt;
}

template <class Number>
bool read_number(value given, std::int64_t least, std::int64_t most, Number& into) {
    const auto number = number_from(given, least, most);
    if (number) {
        into = static_cast<Number>(*number);
    }
    return number.has_value();
}

template <class Text>
bool read_text(value given, Text& into) {
    if (given.is_string()) {
        into = std::string(given.text());
    }
    return given.is_string();
}

bool read_mode(value given, control& into) {
    using behaviour = control::behaviour;
    static constexpr std::array<std::pair<std::string_view, behaviour>, 3> modes{
        {{"ok", behaviour::ok}, {"reset", behaviour::reset}, {"hang", behaviour::hang}}};
    for (const auto& [name, mode] : modes) {
        if (given.is_string() && given.text() == name) {
            into.mode = mode;
            return true;
        }
    }
    return false;
}

bool read_delay(value given, control& into) {
    const auto milliseconds = number_from(given, 0, longest_delay);
    into.delay = std::chrono::milliseconds(milliseconds.value_or(0));
    return milliseconds.has_value();
}

bool read_places(value given, control& into) {
    bool fine = given.is_array();
    given.each_element([&](value place) {
        fine = fine && read_number(place, 0, any_number, into.failed_events.emplace_back());
    });
    return fine;
}

bool read_keep(value given, control& into) {
    into.keep = given.boolean().value_or(false);
    return given.boolean().has_value();
}

struct setting {
    std::string_view name;
    bool (*read)(value given, control& into);
    const char* wanted;
};

constexpr std::array settings{
    setting{"mode", read_mode, "ok, reset or hang"},
    setting{"code", [](value v, control& c) { return read_number(v, 0, any_number, c.code); },
            "a whole number"},
    setting{"message", [](value v, control& c) { return read_text(v, c.message); }, "a string"},
    setting{"failed_events", read_places, "a list of places, from 0"},
    setting{"status", [](value v, control& c) { return read_number(v, 200, 599, c.status); },
            "200 to 599"},
    setting{"body", [](value v, control& c) { return read_text(v, c.body); }, "a string"},
    setting{"content_type", [](value v, control& c) { return read_text(v, c.content_type); },
            "a string"},
    setting{
        "retry_after",
        [](value v, control& c) { return read_number(v, 0, any_number, c.retry_after.emplace()); },
        "seconds, from 0"},
    setting{"delay_ms", read_delay, "0 to 3600000"},
    setting{"keep", read_keep, "true or false"},
    setting{"count",
            [](value v, control& c) { return read_number(v, 1, any_number, c.count.emplace()); },
            "1 or more"},
    setting{"pixel", [](value v, control& c) { return read_text(v, c.pixel); }, "a string"},
    setting{"event", [](value v, control& c) { return read_text(v, c.event); }, "a string"},
};

// The name of a member that is not known is the operator's own and may be repeated.
std::optional<core::input_error> read_setting(std::string_view name, value given, control& into) {
    for (const auto& known : settings) {
        if (known.name == name) {
            return known.read(given, into)
                       ? std::nullopt
                       : std::optional(core::input_error("invalid_control", known.wanted,
                                                         "/" + std::string(name)));
        }
    }
    return core::input_error("invalid_control", "no such setting", "/" + std::string(name));
}

} // namespace

core::input_result<control> read_control(std::string body) {
    const auto parsed = core::json::parse(std::move(body));
    if (parsed.has_error() || !parsed->root().is_object()) {
        return core::input_error("invalid_json", "send a JSON object", "");
    }
    control read;
    std::optional<core::input_error> wrong;
    parsed->root().each_member([&](std::string_view name, value given) {
        if (!wrong) {
            wrong = read_setting(name, given, read);
        }
    });
    if (wrong) {
        return *wrong;
    }
    return read;
}

void controls::set(control next) {
    auto pixel = next.pixel;
    by_pixel_.insert_or_assign(std::move(pixel), std::move(next));
}

control controls::take(const posted& request) {
    for (const auto pixel : {request.pixel(), std::string_view()}) {
        const auto found = by_pixel_.find(pixel);
        if (found == by_pixel_.end()) {
            continue;
        }
        auto& known = found->second;
        if (!known.event.empty() && !request.holds(known.event)) {
            continue;
        }
        auto taken = known;
        if (known.count && --*known.count == 0) {
            by_pixel_.erase(found);
        }
        return taken;
    }
    return {};
}

} // namespace gatepost::sandbox
