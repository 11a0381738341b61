// A TC string (IAB "Transparency and Consent String with Global Vendor & CMP List Formats" v2.3),
// read for one vendor. All of it is checked, also what no decision needs.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace gatepost::consent {

enum class restriction_type {
    not_allowed = 0,
    require_consent = 1,
    require_legitimate_interest = 2
};

struct tc_string {
    using time = std::chrono::sys_time<std::chrono::duration<std::int64_t, std::deci>>;

    time created;
    time last_updated;
    int policy_version = 0;
    bool service_specific = false;
    bool purpose_one_not_disclosed = false; // PurposeOneTreatment
    bool vendor_consent = false;
    bool vendor_legitimate_interest = false;
    std::optional<bool> vendor_disclosed; // nullopt without a DisclosedVendors segment

    bool consented(int purpose) const { return holds(purpose_consents, purpose); }
    bool legitimate_interest(int purpose) const { return holds(purpose_interests, purpose); }
    // Whether the publisher restricts the vendor's use of the purpose. Type 3 is undefined and
    // counts as not_allowed.
    bool restricted(int purpose, restriction_type type) const;

    // As they stand in the string: 24 bits, purpose 1 first.
    std::uint32_t purpose_consents = 0;
    std::uint32_t purpose_interests = 0;
    // By purpose id (6 bits), one bit for each type that names the vendor.
    std::array<std::uint8_t, 64> restrictions{};

  private:
    static bool holds(std::uint32_t bits, int purpose);
};

// The version stands in the first six bits; nullopt where there are none.
std::optional<int> tc_version(std::string_view text);

// nullopt for anything but a complete string of version 2: one that is cut off, holds impossible
// values or the same kind of segment twice. Segments after the core may come in any order, those of
// an unknown kind are passed over.
//
// Two losses leave a string that is as whole as another: of a last segment together with the dot
// before it, and of padding alone, where the other segments do not show how this string is padded.
// Neither takes a bit away that a decision needs, but for a lost DisclosedVendors segment, which
// strings need since 2026-03-01.
std::optional<tc_string> parse_tc_string(std::string_view text, unsigned vendor);

} // namespace gatepost::consent
