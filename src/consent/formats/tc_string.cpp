#include "tc_string.hpp"

#include "vendor_set.hpp"

#include <gatepost/core/text.hpp>

namespace gatepost::consent {
namespace {

constexpr unsigned version_bits = 6;
constexpr int purposes = 24;

// The kinds of segment, by their first three bits.
enum segment_kind : unsigned {
    core_segment = 0,
    disclosed_vendors = 1,
    allowed_vendors = 2, // of versions before 2.2
    publisher_tc = 3,
};
constexpr unsigned kind_bits = 3;

tc_string::time read_time(bit_reader& bits) {
    constexpr unsigned time_bits = 36;
    return tc_string::time(tc_string::time::duration(bits.read(time_bits)));
}

bool read_restrictions(bit_reader& bits, unsigned vendor, tc_string& into) {
    constexpr unsigned highest_vendor = 65'535;
    for (auto left = bits.read(12); left > 0; --left) {
        const auto purpose = bits.read(6);
        const auto type = bits.read(2);
        const auto vendors = read_vendor_ranges(bits, vendor, highest_vendor);
        if (!vendors.valid) {
            return false;
        }
        if (vendors.listed) {
            into.restrictions[purpose] |= static_cast<std::uint8_t>(1U << type);
        }
    }
    return !bits.failed();
}

bool read_core(bit_reader& bits, unsigned vendor, tc_string& into) {
    // CmpId, CmpVersion, ConsentScreen, ConsentLanguage and VendorListVersion.
    constexpr std::size_t about_the_cmp = 12 + 12 + 6 + 12 + 12;
    if (bits.read(version_bits) != 2) {
        return false;
    }
    into.created = read_time(bits);
    into.last_updated = read_time(bits);
    bits.skip(about_the_cmp);
    into.policy_version = static_cast<int>(bits.read(6));
    into.service_specific = bits.read_flag();
    bits.skip(1 + 12); // UseNonStandardTexts, SpecialFeatureOptIns
    into.purpose_consents = static_cast<std::uint32_t>(bits.read(purposes));
    into.purpose_interests = static_cast<std::uint32_t>(bits.read(purposes));
    into.purpose_one_not_disclosed = bits.read_flag();
    bits.skip(12); // PublisherCC
    const auto consents = read_vendor_set(bits, vendor);
    const auto interests = consents.valid ? read_vendor_set(bits, vendor) : consents;
    into.vendor_consent = consents.listed;
    into.vendor_legitimate_interest = interests.listed;
    return interests.valid && read_restrictions(bits, vendor, into);
}

void skip_publisher(bit_reader& bits) {
    bits.skip(2 * purposes);
    const auto custom_purposes = bits.read(6);
    bits.skip(2 * custom_purposes);
}

// Which segments there were and how they were padded.
struct segments_seen {
    unsigned kinds = 0; // a bit for each kind
    padding padded = any_padding;
};

// One segment after the core; false for a string that is not valid.
bool read_segment(std::string_view text, unsigned vendor, segments_seen& seen, tc_string& into) {
    bit_reader bits(text);
    const auto kind = static_cast<unsigned>(bits.read(kind_bits));
    if (bits.failed() || (seen.kinds & (1U << kind)) != 0) {
        return false;
    }
    seen.kinds |= 1U << kind;
    if (kind == disclosed_vendors || kind == allowed_vendors) {
        const auto vendors = read_vendor_set(bits, vendor);
        if (!vendors.valid) {
            return false;
        }
        if (kind == disclosed_vendors) {
            into.vendor_disclosed = vendors.listed;
        }
    } else if (kind == publisher_tc) {
        skip_publisher(bits);
    } else {
        return true; // not known, so neither is where its fields end
    }
    seen.padded &= bits.rest();
    return seen.padded != no_padding;
}

} // namespace

bool tc_string::holds(std::uint32_t bits, int purpose) {
    return purpose >= 1 && purpose <= purposes && ((bits >> (purposes - purpose)) & 1U) != 0;
}

bool tc_string::restricted(int purpose, restriction_type type) const {
    constexpr unsigned undefined_type = 3;
    if (purpose < 1 || purpose > purposes) {
        return true;
    }
    const unsigned types = restrictions[static_cast<std::size_t>(purpose)];
    const bool undefined = (types >> undefined_type) & 1U;
    return ((types >> static_cast<unsigned>(type)) & 1U) != 0 ||
           (undefined && type == restriction_type::not_allowed);
}

std::optional<int> tc_version(std::string_view text) {
    bit_reader bits(text.substr(0, 1));
    const auto version = static_cast<int>(bits.read(version_bits));
    return bits.failed() ? std::nullopt : std::optional(version);
}

std::optional<tc_string> parse_tc_string(std::string_view text, unsigned vendor) {
    tc_string result;
    auto rest = text;
    bit_reader bits(core::next_field(rest, '.'));
    if (!read_core(bits, vendor, result)) {
        return std::nullopt;
    }
    // One encoder wrote the whole string, so all its segments are padded alike. That tells a
    // string that lost its last characters, though they were padding, from a whole one.
    segments_seen seen{.kinds = 1U << core_segment, .padded = bits.rest()};
    if (seen.padded == no_padding) {
        return std::nullopt;
    }
    while (!rest.empty()) {
        if (!read_segment(core::next_field(rest, '.'), vendor, seen, result)) {
            return std::nullopt;
        }
    }
    return text.ends_with('.') ? std::nullopt : std::optional(result);
}

} // namespace gatepost::consent
