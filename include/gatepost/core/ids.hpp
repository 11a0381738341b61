// Identifiers of the daemon's own making.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace gatepost::core {

// The first 128 bits of a cryptographic digest, used as a key that cannot be led back.
struct key128 {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    friend auto operator<=>(const key128&, const key128&) = default;
};

// The bits of a digest are spread evenly already.
struct key128_hash {
    using is_avalanching = void;
    std::size_t operator()(const key128& key) const noexcept { return key.low; }
};

// 32 lower-case hex digits from the kernel's random source (getrandom(2)).
std::string random_id();

} // namespace gatepost::core
