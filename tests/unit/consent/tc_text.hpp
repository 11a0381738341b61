// Writes TC strings field by field, as the IAB's specification lays them out, so that a test can
// make any of them wrong.
#pragma once

#include <algorithm>
#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gatepost::test {

inline std::string bits(std::uint64_t value, std::size_t width) {
    return std::bitset<64>(value).to_string().substr(64 - width);
}

enum class fill { quads, bytes, nothing };

// base64url of zeros and ones.
inline std::string base64url(std::string text, fill up_to = fill::quads) {
    const std::size_t unit = up_to == fill::quads ? 24 : up_to == fill::bytes ? 8 : 1;
    text.resize((text.size() + unit - 1) / unit * unit, '0');
    text.resize((text.size() + 5) / 6 * 6, '0');
    std::string result;
    for (std::size_t i = 0; i < text.size(); i += 6) {
        result += "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[std::stoul(
            text.substr(i, 6), nullptr, 2)];
    }
    return result;
}

// Id 1 first, in `width` places.
inline std::string flags(const std::vector<unsigned>& ids, std::size_t width) {
    std::string result(width, '0');
    for (const auto id : ids) {
        result.at(id - 1) = '1';
    }
    return result;
}

using id_range = std::pair<unsigned, unsigned>;

inline std::string ranges(const std::vector<id_range>& entries) {
    auto result = bits(entries.size(), 12);
    for (const auto& [first, last] : entries) {
        result += first == last ? "0" + bits(first, 16) : "1" + bits(first, 16) + bits(last, 16);
    }
    return result;
}

inline std::string vendor_ranges(unsigned highest, const std::vector<id_range>& entries) {
    return bits(highest, 16) + "1" + ranges(entries);
}

inline std::string vendor_field(unsigned highest, const std::vector<unsigned>& ids) {
    return bits(highest, 16) + "0" + flags(ids, highest);
}

struct restriction {
    unsigned purpose;
    unsigned type;
    std::vector<id_range> vendors;
};

constexpr std::int64_t day_2023_09_30 = 1'696'032'000;
constexpr std::int64_t day_2026_03_01 = 1'772'323'200;
constexpr std::int64_t one_day = 86'400;

// Everything granted to vendor 986, as of 2026-10-01, unless a test says otherwise.
struct tc_text {
    unsigned version = 2;
    std::int64_t created = 1'790'812'800;       // seconds since 1970
    std::optional<std::int64_t> last_updated{}; // nullopt: as created
    unsigned policy_version = 5;
    bool service_specific = true;
    std::vector<unsigned> purpose_consents{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    std::vector<unsigned> purpose_interests{2, 7, 8, 9, 10, 11};
    bool purpose_one_treatment = false;
    std::string consents = vendor_ranges(986, {{986, 986}});
    std::string interests = vendor_ranges(986, {{986, 986}});
    std::vector<restriction> restrictions{};
    std::optional<std::string> disclosed = vendor_ranges(986, {{986, 986}});

    std::string core() const {
        auto result = bits(version, 6) + bits(tenths(created), 36) +
                      bits(tenths(last_updated.value_or(created)), 36) + bits(300, 12) +
                      bits(2, 12) + bits(1, 6) + bits(3, 6) + bits(4, 6) + bits(146, 12) +
                      bits(policy_version, 6) + bits(service_specific, 1) + bits(0, 13) +
                      flags(purpose_consents, 24) + flags(purpose_interests, 24) +
                      bits(purpose_one_treatment, 1) + bits(3, 6) + bits(4, 6) + consents +
                      interests + bits(restrictions.size(), 12);
        for (const auto& each : restrictions) {
            result += bits(each.purpose, 6) + bits(each.type, 2) + ranges(each.vendors);
        }
        return result;
    }
    std::string text(fill up_to = fill::quads) const {
        auto result = base64url(core(), up_to);
        if (disclosed) {
            result += "." + base64url(bits(1, 3) + *disclosed, up_to);
        }
        return result;
    }

  private:
    static std::uint64_t tenths(std::int64_t seconds) {
        return static_cast<std::uint64_t>(seconds) * 10;
    }
};

} // namespace gatepost::test
