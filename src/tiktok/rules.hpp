// The parts of tiktok::find_fault. Each adds what it finds (docs/tiktok.md "Rules" has the
// sources).
#pragma once

#include "inspection.hpp"

#include <gatepost/core/json.hpp>
#include <gatepost/event/inbound.hpp>

#include <span>
#include <string>
#include <string_view>

namespace gatepost::tiktok {

void inspect_name(std::string_view name, event::source from, inspection& found);

void inspect_properties(core::json::value properties, std::span<const std::string> deny,
                        inspection& found);

} // namespace gatepost::tiktok
