// The answers to requests that could not be read to their end.
#pragma once

#include "request_input.hpp"

#include <gatepost/core/result.hpp>

#include <optional>

namespace gatepost::net {

struct unread {
    unsigned status;
    core::input_error error;
};

// nullopt: there is nobody to answer. `late`: its time was over.
std::optional<unread> reason_unread(input_state state, bool late);

} // namespace gatepost::net
