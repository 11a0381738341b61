// How much the program takes from operator new, which this program replaces.
#pragma once

#include <cstdint>

namespace gatepost::bench {

struct allocations {
    std::uint64_t count = 0;
    std::uint64_t bytes = 0;
};

// Of the calling thread, since it began.
allocations allocated();

} // namespace gatepost::bench
