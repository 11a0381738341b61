// Takes over what can still be read of a damaged spool.
//
// Each table is read forwards until the damage, backwards from its end, and then from the middle of
// every gap that is left, with a bounded number of tries. Rows that are not sound (soundness.hpp)
// stay behind, and so do those whose key is known and whose box does not open with it; a box whose
// key is not known is taken over as it is.
//
// The name of a pixel stands in the file twice, in its row and in the index. Where both are lost
// its events are kept under a made-up name (lost_pixels.hpp), so that they are seen and expire, but
// their keys are not: an application that sends them again is not told that they are on their way.
// For the same reason no key is taken over when any record stays behind: nothing tells the keys of
// what was delivered from those of what is lost. That something is sent twice, the receiver
// notices; that something is refused which nobody has any more, nobody would.
#pragma once

#include <gatepost/core/result.hpp>
#include <gatepost/spool/key_ring.hpp>
#include <gatepost/sqlite/database.hpp>

#include <cstdint>
#include <string>

namespace gatepost::spool {

struct salvaged {
    struct table {
        std::uint64_t taken = 0;
        std::uint64_t unsound = 0; // read, and left behind
        bool in_one_go = true;     // else there may be more rows missing than anything says
        // Ranges of ids that could not be read, as far as there was patience to narrow them down;
        // and the first and the last id of them.
        std::uint64_t gaps = 0;
        std::int64_t first_lost = 0;
        std::int64_t last_lost = 0;
    };
    table pixels, records, dead, keys;
    std::uint64_t pixels_lost = 0;     // that have a made-up name now
    std::uint64_t waiting_of_lost = 0; // records of theirs, among those taken
    bool keys_forgotten = false;
    bool readable = false; // something of the file was
};

// `damaged` is only read, `into` is a new spool, open to write. Errors: what writing to it says.
core::result<salvaged> salvage(const std::string& damaged, sqlite::database& into,
                               const key_ring& keys);

} // namespace gatepost::spool
