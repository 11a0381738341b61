#include "event_list.hpp"

namespace gatepost::event {

core::input_error too_many_events(const list_form& form) {
    return {"too_many_events", "more than " + std::to_string(form.most) + " events",
            std::string(form.path)};
}

core::input_error empty_list(const list_form& form) {
    return {"empty_list", "there is no event in it", std::string(form.path)};
}

void add_event(batch& to, core::json::value object, const list_form& form) {
    auto event = form.common;
    event.index = to.events.size();
    to.events.push_back(
        decode_event(object, std::move(event), form.known, to.documents.back(), to.warnings));
}

core::input_result<batch> decode_list(batch to, core::json::value list, const list_form& form) {
    if (list.size() == 0) {
        return empty_list(form);
    }
    if (list.size() > form.most) {
        return too_many_events(form);
    }
    to.events.reserve(list.size());
    list.each_element([&](core::json::value one) { add_event(to, one, form); });
    return to;
}

} // namespace gatepost::event
