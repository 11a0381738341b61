// Who an event's visitor is, as far as the event and the request that brought it tell.
#pragma once

#include <gatepost/consent/gate.hpp>
#include <gatepost/event/inbound.hpp>
#include <gatepost/ingest/pipeline.hpp>

#include <string>
#include <vector>

namespace gatepost::ingest {

// What a completed event points to; outlives its use.
struct borrowed_texts {
    std::string cookies;
    std::string names; // of headers
};

// Per field: what the event says of its visitor, else, for an event that came alone, what the
// request says of itself. The names of the event's own headers may be those of PHP's and WSGI's
// environments (HTTP_SEC_GPC): they become those of the headers.
void complete(event::inbound& event, const caller& by, bool alone, borrowed_texts& texts);

// Leaves out what TikTok would refuse, and a whole batch with it.
void leave_out_unusable(event::inbound& event, std::vector<std::string>& warnings);

// What speaks for the visitor; borrows from the event.
consent::signals signals_of(const event::inbound& event);

// Names what was neither granted nor denied: the application means something that it does not say.
void warn_of_words(const event::inbound& event, const consent::decision& decision,
                   std::vector<std::string>& warnings);

// Whether the application gave a consent field that is no text.
bool is_unreadable(const event::claims& claims, std::string_view field);

// "/events/<n>/<field>"
std::string at_event(std::size_t index, std::string_view field);

} // namespace gatepost::ingest
