// Visitors with all kinds of signals, and what has to become of their events.
#pragma once

#include "stage.hpp"

#include <string>
#include <vector>

namespace gatepost::test {

struct visit {
    const char* id; // of the event, and what it is about
    std::string visitor;
    const char* action;
    const char* rule;
    const char* source;
    std::string more{};                 // members of the event
    http_connection::headers request{}; // headers of the request that brings it
    const char* pixel = pixel_code;
};

std::vector<visit> all_visits();
// Of the daemon that they come to, with several pixels.
std::string configuration_of_visits();
// The request's body.
std::string body_of(const visit& one);

// Members of an event.
std::string says(const std::string& name, const std::string& value); // of `consent`

} // namespace gatepost::test
