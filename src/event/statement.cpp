#include "decode_event.hpp"

#include <gatepost/event/statement.hpp>

#include <array>

namespace gatepost::event {
namespace {

using core::json::value;

// What a statement and an event have in common.
template <auto Read>
void as_in_events(reading& now, statement& into, value from) {
    Read(now, into.about, from);
}

constexpr std::array statement_fields{
    field<statement>{"marketing", required_text<&statement::marketing>},
    field<statement>{"at", required_time<&statement::at>},
    field<statement>{"pixel", as_in_events<read_pixel>},
    field<statement>{"event_source_id", as_in_events<read_pixel>},
    field<statement>{"visitor", as_in_events<read_visitor>},
    field<statement>{"user", as_in_events<read_user>},
};

} // namespace

core::input_result<statement> decode_statement(std::string body) {
    auto parsed = core::json::parse(std::move(body));
    if (!parsed) {
        return parsed.error();
    }
    statement result;
    result.text = std::move(*parsed);
    if (!result.text.root().is_object()) {
        return core::input_error("invalid_body", "must be an object", "");
    }
    reading now(result.text, result.warnings, "", "invalid_statement");
    read_fields<statement>(now, result, result.text.root(), statement_fields);
    if (now.error()) {
        return *now.error();
    }
    return result;
}

} // namespace gatepost::event
