// The cookies that a body gives of its visitor.
#pragma once

#include <gatepost/event/inbound.hpp>

#include <optional>
#include <string>

namespace gatepost::ingest {

// Those of `visitor.cookie` and of every `Cookie` among `visitor.headers`, as one header's value;
// nothing when the body does not speak of cookies at all (an empty one says that there are none).
std::optional<std::string> cookies_of(const event::visitor& from);

} // namespace gatepost::ingest
