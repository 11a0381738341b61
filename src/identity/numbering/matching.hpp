// Digits against the tables of data.hpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace gatepost::identity::numbering {

enum class acceptance : std::uint8_t {
    none,
    general, // as long and as made as numbers of the plan are
    valid,   // and in a range that is in use, for a kind of number that may have this length
};

// What the automaton with that first edge says to the whole of `digits`.
acceptance accepted(std::uint32_t automaton, std::string_view digits);

struct beginning {
    std::size_t length = 0;                   // how many digits were matched
    std::array<std::string_view, 2> groups{}; // and those of its groups; empty where none was met
};

// What `program` matches at the beginning of `digits`, if it does.
std::optional<beginning> begins(std::uint16_t program, std::string_view digits);

} // namespace gatepost::identity::numbering
