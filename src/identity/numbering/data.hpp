// The tables in data.cpp, which generate.mjs writes and matching.hpp and number.hpp read.
#pragma once

#include <cstdint>
#include <limits>

namespace gatepost::identity::numbering {

// The numbering plan of a region, or of a calling code that belongs to none ("" as its name).
struct plan {
    char region[3];          // ISO 3166-1 alpha-2
    char rewrite[5];         // digits that come for the trunk prefix where it matched the group
    std::uint8_t kept;       // `kept`, which follows them; 0 when the prefix is simply removed
    std::uint8_t code;       // index into codes
    std::uint16_t exit;      // program for what is dialled in front of a calling code
    std::uint16_t trunk;     // program for what is dialled in front of a national number
    std::uint16_t leading;   // program for how the region's numbers begin; 0 when not known
    std::uint32_t lengths;   // bit n: a number may have n digits after the code
    std::uint32_t automaton; // its first edge
};

struct calling_code {
    char digits[4];
    std::uint8_t first; // index into plans
    std::uint8_t count; // plans that share the code
};

// Edges of acyclic automata: ten bits for the digits that take the edge, two for what has been read
// by then (0 nothing, 1 what matches the plan's general description, 2 a valid number), one on the
// last edge of a node, and above them the first edge of the next node.
extern const std::uint32_t edges[];

// Programs that read the beginning of a number; program.mjs says how. Program 0 matches nothing.
extern const std::uint16_t programs[];

extern const plan plans[];
extern const calling_code codes[];

constexpr std::uint16_t none = std::numeric_limits<std::uint16_t>::max();
extern const std::uint16_t plan_by_name[];   // 26 * first letter + second letter, A being 0
extern const std::uint16_t code_by_digits[]; // by the first three digits of a number

} // namespace gatepost::identity::numbering
