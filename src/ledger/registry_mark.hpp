// registry.made beside registry.db: there has been a registry. A file that is missing or empty then
// is not a first start, and nobody may take it for one: everybody who withdrew would be sent again.
#pragma once

#include <gatepost/core/result.hpp>

#include <string>

namespace gatepost::ledger {

// Whether there is a registry, or has been one.
bool registry_was_made(const std::string& file);
// Whether it is there: an empty file was made and never used, or emptied.
bool registry_is_there(const std::string& file);
// Leaves the mark, which outlives a power cut. The file itself is on the disk by then.
core::error_code mark_registry(const std::string& file);

} // namespace gatepost::ledger
