#include "event_list.hpp"

#include <gatepost/core/text.hpp>

namespace gatepost::event {
namespace {

using core::input_error;

list_form own_form() {
    list_form form;
    form.known = own_fields();
    return form;
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
        return decode_list(std::move(result), root, own_form());
    }
    if (!root.is_object()) {
        return input_error{"invalid_body", "must be an object or an array", ""};
    }
    const auto list = root.find("events");
    if (list.is_null()) {
        add_event(result, root, own_form());
        return result;
    }
    if (!list.is_array()) {
        return input_error{"invalid_body", "must be an array", "/events"};
    }
    // What is left out must not be somebody's refusal.
    for (const std::string_view name : {"visitor", "consent"}) {
        if (!root.find(name).is_null()) {
            return input_error{"invalid_body", std::string(belongs_into_events),
                               "/" + std::string(name)};
        }
    }
    if (root.size() > 1) {
        result.warnings.emplace_back("/events: unknown keys beside the list; left out");
    }
    return decode_list(std::move(result), list, own_form());
}

core::input_result<batch> decode_lines(std::string_view body) {
    const auto form = own_form();
    batch result;
    for (std::size_t line = 1; !body.empty(); ++line) {
        const auto text = core::trim(core::next_field(body, '\n'));
        if (text.empty()) {
            continue;
        }
        if (result.events.size() == form.most) {
            return too_many_events(form);
        }
        auto parsed = core::json::parse(std::string(text));
        if (!parsed) {
            auto error = parsed.error();
            error.message.insert(0, "line " + std::to_string(line) + ": ");
            return error;
        }
        result.documents.push_back(std::move(*parsed));
        add_event(result, result.documents.back().root(), form);
    }
    if (result.events.empty()) {
        return empty_list(form);
    }
    return result;
}

} // namespace

core::input_result<batch> decode_body(std::string body, body_format format) {
    return format == body_format::ndjson ? decode_lines(body) : decode_json(std::move(body));
}

} // namespace gatepost::event
