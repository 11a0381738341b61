#include "gpp_header.hpp"

#include "bit_reader.hpp"

#include <utility>

namespace gatepost::consent {
namespace {

constexpr std::uint32_t highest_id = 65'535;

// A number in Fibonacci coding: each bit weighs 1, 2, 3, 5, 8, ..., two ones in a row end it. 0,
// which the coding cannot write, for one that is cut off or too large.
std::uint32_t read_fibonacci(bit_reader& bits) {
    std::uint32_t value = 0;
    std::uint32_t weight = 1;
    std::uint32_t next_weight = 2;
    bool last = false;
    while (weight <= highest_id) {
        const bool bit = bits.read_flag();
        if (bits.failed()) {
            return 0;
        }
        if (bit && last) {
            return value <= highest_id ? value : 0;
        }
        value += bit ? weight : 0;
        last = bit;
        weight = std::exchange(next_weight, weight + next_weight);
    }
    return 0;
}

} // namespace

bool gpp_header::add(std::uint32_t first, std::uint32_t last) {
    if (last - first >= most - count_ || last > highest_id) {
        return false;
    }
    for (auto id = first; id <= last; ++id) {
        ids_[count_++] = id;
    }
    return true;
}

std::optional<gpp_header> gpp_header::parse(std::string_view text) {
    constexpr std::uint64_t type = 3;
    constexpr std::uint64_t version = 1;
    bit_reader bits(text);
    if (bits.read(6) != type || bits.read(6) != version) {
        return std::nullopt;
    }
    gpp_header result;
    std::uint32_t last_id = 0;
    for (auto left = bits.read(12); left > 0; --left) {
        const bool is_group = bits.read_flag();
        const auto offset = read_fibonacci(bits);
        const auto length = is_group ? read_fibonacci(bits) : 0;
        if (offset == 0 || (is_group && length == 0)) {
            return std::nullopt;
        }
        const auto first = last_id + offset;
        last_id = first + length;
        if (!result.add(first, last_id)) {
            return std::nullopt;
        }
    }
    return bits.rest() == no_padding ? std::nullopt : std::optional(result);
}

} // namespace gatepost::consent
