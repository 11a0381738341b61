// Sets of vendor ids as TC strings write them (IAB "Transparency and Consent String" v2, "Vendor
// Consent Section" and "Publisher Restrictions"), read in one pass for the one vendor that matters.
#pragma once

#include "bit_reader.hpp"

namespace gatepost::consent {

// Reads a whole set, MaxVendorId and then a bit field or ranges, and says whether it has `vendor`.
// What cannot be (a range that ends before it starts, vendor 0, a vendor beyond MaxVendorId) or is
// cut off makes the result no set: `valid` is false.
struct vendor_answer {
    bool valid = false;
    bool listed = false;
};
vendor_answer read_vendor_set(bit_reader& bits, unsigned vendor);

// The same for bare ranges, NumEntries and that many entries, of vendors up to `highest`.
vendor_answer read_vendor_ranges(bit_reader& bits, unsigned vendor, unsigned highest);

} // namespace gatepost::consent
