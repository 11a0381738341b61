#include "event_list.hpp"

#include <gatepost/event/tiktok_dialect.hpp>

#include <array>

namespace gatepost::event {
namespace {

using core::input_error;
using core::json::value;

constexpr std::size_t max_pixel_events = 50; // of TikTok's own

// The members of a body that are not about one event.
struct envelope {
    inbound common;
    value list;
};

template <auto Read>
void of_all_events(reading& now, envelope& into, value from) {
    Read(now, into.common, from);
}

void read_list(reading& now, envelope& into, value from) {
    if (from.is_array()) {
        into.list = from;
    } else {
        now.refuse("must be an array");
    }
}

// What is left out of a body that holds several visitors' events must not be somebody's refusal.
void stands_in_events(reading& now, envelope&, value) {
    now.refuse(belongs_into_events);
}

constexpr std::array track_fields{
    field<envelope>{"event_source", of_all_events<read_source>},
    field<envelope>{"event_source_id", of_all_events<read_pixel>},
    field<envelope>{"test_event_code", of_all_events<read_test_event_code>},
    field<envelope>{"partner_name", leave_out},
    field<envelope>{"visitor", stands_in_events},
    field<envelope>{"consent", stands_in_events},
    field<envelope>{"data", read_list},
};

constexpr std::array pixel_batch_fields{
    field<envelope>{"pixel_code", of_all_events<read_pixel>},
    field<envelope>{"test_event_code", of_all_events<read_test_event_code>},
    field<envelope>{"partner_name", leave_out},
    field<envelope>{"visitor", stands_in_events},
    field<envelope>{"consent", stands_in_events},
    field<envelope>{"batch", read_list},
};

core::input_result<batch> parse_object(std::string body) {
    auto parsed = core::json::parse(std::move(body));
    if (!parsed) {
        return parsed.error();
    }
    batch result;
    result.documents.push_back(std::move(*parsed));
    if (!result.documents.front().root().is_object()) {
        return input_error{"invalid_body", "must be an object", ""};
    }
    return result;
}

// The list stands in a member of an object, beside what is said of all events.
core::input_result<batch> decode_envelope(std::string body, list_form form,
                                          std::span<const field<envelope>> known) {
    auto result = parse_object(std::move(body));
    if (!result) {
        return result;
    }
    auto& document = result->documents.front();
    envelope around{form.common, {}};
    reading now(document, result->warnings, "", "invalid_body");
    read_fields<envelope>(now, around, document.root(), known);
    if (now.error()) {
        return *now.error();
    }
    if (!around.list) {
        return input_error{"invalid_body", "missing", std::string(form.path)};
    }
    form.common = std::move(around.common);
    return decode_list(std::move(*result), around.list, form);
}

list_form form_of_pixel() {
    list_form form;
    form.known = pixel_fields();
    form.most = max_pixel_events;
    form.path = "/batch";
    form.common.source = source::web;
    return form;
}

} // namespace

core::input_result<batch> decode_event_track(std::string body) {
    list_form form;
    form.known = own_fields();
    form.path = "/data";
    return decode_envelope(std::move(body), std::move(form), track_fields);
}

core::input_result<batch> decode_pixel_track(std::string body) {
    auto result = parse_object(std::move(body));
    if (result) {
        add_event(*result, result->documents.front().root(), form_of_pixel());
    }
    return result;
}

core::input_result<batch> decode_pixel_batch(std::string body) {
    return decode_envelope(std::move(body), form_of_pixel(), pixel_batch_fields);
}

} // namespace gatepost::event
