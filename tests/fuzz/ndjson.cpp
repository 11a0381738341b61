// Of a body of lines every line is one event or the whole body is refused, and the refusal names
// the line: no line is lost, none is read twice, none is joined with another.

#include "check.hpp"

#include <gatepost/core/json.hpp>
#include <gatepost/event/decode.hpp>

#include <cstdint>
#include <string>

using namespace gatepost;
using fuzz::check;

namespace {

bool is_blank(std::string_view line) {
    return line.find_first_not_of(" \t\n\v\f\r") == line.npos;
}

// The lines that hold something, each with its number from 1.
std::vector<std::pair<std::size_t, std::string>> lines_of(std::string_view body) {
    std::vector<std::pair<std::size_t, std::string>> lines;
    std::string line;
    std::size_t number = 1;
    const auto end_line = [&] {
        if (!is_blank(line)) {
            lines.emplace_back(number, line);
        }
        line.clear();
        ++number;
    };
    for (const char c : body) {
        if (c == '\n') {
            end_line();
        } else {
            line += c;
        }
    }
    end_line();
    return lines;
}

bool is_json(const std::string& line) {
    const auto from = line.find_first_not_of(" \t\v\f\r");
    const auto to = line.find_last_not_of(" \t\v\f\r");
    return core::json::parse(line.substr(from, to - from + 1)).has_value();
}

void check_refused(const core::input_error& error,
                   const std::vector<std::pair<std::size_t, std::string>>& lines) {
    check(error.path.empty());
    if (lines.empty()) {
        check(error.code == "empty_list");
        return;
    }
    std::size_t good = 0;
    while (good < lines.size() && good < event::max_events && is_json(lines[good].second)) {
        ++good;
    }
    check(good < lines.size());
    if (good == event::max_events) {
        check(error.code == "too_many_events");
        return;
    }
    check(error.code == "invalid_json");
    check(error.message.starts_with("line " + std::to_string(lines[good].first) + ": "));
}

// An event of a list is what it is when it comes alone.
void check_line(const core::input_result<event::inbound>& event, const std::string& line,
                std::size_t index) {
    const auto alone = event::decode_body(line, event::body_format::ndjson);
    check(alone.has_value() && alone->events.size() == 1);
    const auto& other = alone->events.front();
    check(event.has_value() == other.has_value());
    if (event) {
        check(event->index == index && event->name == other->name && event->id == other->id);
    } else {
        check(event.error().code == "invalid_event" &&
              event.error().message == other.error().message);
        check(event.error().path.starts_with("/events/" + std::to_string(index)));
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string body(reinterpret_cast<const char*>(data), size);
    const auto lines = lines_of(body);
    const auto read = event::decode_body(body, event::body_format::ndjson);
    if (!read) {
        check_refused(read.error(), lines);
        return 0;
    }
    check(read->events.size() == lines.size() && lines.size() <= event::max_events);
    fuzz::check_warnings(read->warnings);
    constexpr std::size_t most_alone = 20; // the rest is read the same way
    for (std::size_t i = 0; i < std::min(lines.size(), most_alone); ++i) {
        check_line(read->events[i], lines[i].second, i);
    }
    return 0;
}
