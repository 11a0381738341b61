// What applications send when they mean nothing.
#pragma once

#include <string_view>

namespace gatepost::event {

// True for what means "no value" and is never hashed, sent or recognised anyone by: blank, "null"
// and "undefined" in any case, as templates and JavaScript write an absent value.
bool is_blank(std::string_view text);

} // namespace gatepost::event
