#include "vendor_set.hpp"

namespace gatepost::consent {
namespace {

constexpr unsigned vendor_bits = 16;
constexpr unsigned count_bits = 12;
constexpr unsigned highest_vendor = (1U << vendor_bits) - 1;

vendor_answer read_bit_field(bit_reader& bits, unsigned vendor, unsigned highest) {
    bool listed = false;
    if (vendor >= 1 && vendor <= highest) {
        auto there = bits;
        there.skip(vendor - 1);
        listed = there.read_flag();
    }
    bits.skip(highest);
    return {.valid = !bits.failed(), .listed = listed};
}

} // namespace

vendor_answer read_vendor_ranges(bit_reader& bits, unsigned vendor, unsigned highest) {
    bool listed = false;
    // Ends with the string at the latest: every entry takes bits from it.
    for (auto left = bits.read(count_bits); left > 0 && !bits.failed(); --left) {
        const auto entry = bits.read(1 + vendor_bits);
        const bool is_range = (entry >> vendor_bits) != 0;
        const auto first = entry & highest_vendor;
        const auto last = is_range ? bits.read(vendor_bits) : first;
        if (first == 0 || first > last || last > highest) {
            return {};
        }
        listed |= first <= vendor && vendor <= last;
    }
    return {.valid = !bits.failed(), .listed = listed};
}

vendor_answer read_vendor_set(bit_reader& bits, unsigned vendor) {
    const auto highest = static_cast<unsigned>(bits.read(vendor_bits));
    return bits.read_flag() ? read_vendor_ranges(bits, vendor, highest)
                            : read_bit_field(bits, vendor, highest);
}

} // namespace gatepost::consent
