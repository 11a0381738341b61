// Which of what the spool holds is a visitor's.
#pragma once

#include <gatepost/ledger/registry.hpp>
#include <gatepost/spool/queue.hpp>

#include <algorithm>

namespace gatepost::ingest {

// By any key of theirs, within the scope of their choice.
inline bool is_about(const spool::held_record& held, const ledger::subject& who,
                     const ledger::registry& registry) {
    if (std::ranges::find_first_of(held.subjects, who.keys) == held.subjects.end()) {
        return false;
    }
    const auto controllers = registry.controllers_of(held.pixel, held.controller);
    return std::ranges::find(controllers, who.controller) != controllers.end();
}

} // namespace gatepost::ingest
