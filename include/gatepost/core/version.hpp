// Which program this is.
#pragma once

#include <string_view>

namespace gatepost::core {

extern const std::string_view version; // "0.1.0"
extern const std::string_view commit;  // short hash of the source, "unknown" outside a checkout

} // namespace gatepost::core
