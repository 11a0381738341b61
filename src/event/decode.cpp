#include "decode_event.hpp"

#include <gatepost/core/text.hpp>
#include <gatepost/event/decode.hpp>

namespace gatepost::event {
namespace {

using core::input_error;
using core::json::value;

input_error too_many() {
    return {"too_many_events", "more than " + std::to_string(max_events) + " events", ""};
}

input_error empty_list() {
    return {"empty_list", "there is no event in it", ""};
}

core::input_result<batch> decode_list(batch result, value list) {
    if (list.size() == 0) {
        return empty_list();
    }
    if (list.size() > max_events) {
        return too_many();
    }
    result.events.reserve(list.size());
    list.each_element([&](value one) {
        result.events.push_back(
            decode_event(one, result.events.size(), result.documents.front(), result.warnings));
    });
    return result;
}

core::input_result<batch> decode_json(std::string body) {
    auto parsed = core::json::parse(std::move(body));
    if (!parsed) {
        return parsed.error();
    }
    batch result;
    result.documents.push_back(std::move(*parsed));
    const auto root = result.documents.front().root();
    if (root.is_array()) {
        return decode_list(std::move(result), root);
    }
    if (!root.is_object()) {
        return input_error{"invalid_body", "must be an object or an array", ""};
    }
    const auto list = root.find("events");
    if (list.is_null()) {
        result.events.push_back(decode_event(root, 0, result.documents.front(), result.warnings));
        return result;
    }
    if (!list.is_array()) {
        return input_error{"invalid_body", "must be an array", "/events"};
    }
    if (root.size() > 1) {
        result.warnings.emplace_back("/events: unknown keys beside the list; left out");
    }
    return decode_list(std::move(result), list);
}

core::input_result<batch> decode_lines(std::string_view body) {
    batch result;
    for (std::size_t line = 1; !body.empty(); ++line) {
        const auto text = core::trim(core::next_field(body, '\n'));
        if (text.empty()) {
            continue;
        }
        if (result.events.size() == max_events) {
            return too_many();
        }
        auto parsed = core::json::parse(std::string(text));
        if (!parsed) {
            auto error = parsed.error();
            error.message.insert(0, "line " + std::to_string(line) + ": ");
            return error;
        }
        result.documents.push_back(std::move(*parsed));
        auto& document = result.documents.back();
        result.events.push_back(
            decode_event(document.root(), result.events.size(), document, result.warnings));
    }
    if (result.events.empty()) {
        return empty_list();
    }
    return result;
}

} // namespace

core::input_result<batch> decode_body(std::string body, body_format format) {
    return format == body_format::ndjson ? decode_lines(body) : decode_json(std::move(body));
}

} // namespace gatepost::event
