// Core dumps, which would hold tokens and what visitors sent.
#pragma once

namespace gatepost::app {

// From now on this process leaves none. Nor may others of its user trace it, and its files under
// /proc belong to root.
void forbid_core_dumps();
// debug.core_dumps: as large as whoever started the process lets them be, with a warning in the
// log.
void allow_core_dumps();

} // namespace gatepost::app
