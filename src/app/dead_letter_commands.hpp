// What `gatepost dead-letters` asks and prints.
#pragma once

#include "commands.hpp"

#include <gatepost/core/json.hpp>

#include <string>

namespace gatepost::app {

// The body of a replay or a removal: the ids, else the reason.
std::string selection_body(const dead_letter_arguments& given);

// Tables and sentences for people of what the routes answer.
std::string letters_page(core::json::value answer, std::size_t limit);
std::string replay_page(core::json::value answer);
std::string removal_page(core::json::value answer, const dead_letter_arguments& given);

} // namespace gatepost::app
