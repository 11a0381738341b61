// The judgement behind registry::forbids(): what is held now against the evidence of an event that
// passed the gate earlier.
#pragma once

#include "registry_memory.hpp"

#include <string_view>

namespace gatepost::ledger {

// Whether the event may not be sent any more. Evidence that cannot be read speaks for nobody: then
// whatever is held forbids.
bool forbidden(const recollection& held, std::string_view evidence);

} // namespace gatepost::ledger
