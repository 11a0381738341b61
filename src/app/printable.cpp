#include "printable.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>

namespace gatepost::app {
namespace {

bool is_c0_or_del(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

// In UTF-8 they are two bytes, C2 80 to C2 9F.
bool is_c1(std::string_view text) {
    if (text.size() < 2 || text[0] != '\xc2') {
        return false;
    }
    const auto second = static_cast<unsigned char>(text[1]);
    return second >= 0x80 && second < 0xa0;
}

// U+202A to U+202E and U+2066 to U+2069 turn the direction of what follows, and U+2028 and U+2029
// end lines. In UTF-8 all are three bytes, E2 80 A8 to AE and E2 81 A6 to A9.
bool turns_or_ends_a_line(std::string_view text) {
    if (text.size() < 3 || text[0] != '\xe2') {
        return false;
    }
    const auto last = static_cast<unsigned char>(text[2]);
    return (text[1] == '\x80' && last >= 0xa8 && last <= 0xae) ||
           (text[1] == '\x81' && last >= 0xa6 && last <= 0xa9);
}

// How many bytes of the beginning are one character that a terminal obeys; 0 for none.
std::size_t obeyed(std::string_view text) {
    if (is_c0_or_del(text.front())) {
        return 1;
    }
    return is_c1(text) ? 2 : turns_or_ends_a_line(text) ? 3 : 0;
}

} // namespace

std::string printable(std::string_view text) {
    std::string shown;
    shown.reserve(text.size());
    while (!text.empty()) {
        const auto bytes = obeyed(text);
        shown += bytes > 0 ? '?' : text.front();
        text.remove_prefix(std::max<std::size_t>(bytes, 1));
    }
    return shown;
}

std::string age(std::chrono::seconds passed) {
    struct unit {
        std::int64_t seconds;
        const char* name;
    };
    static constexpr std::array units{unit{86'400, " d"}, unit{3'600, " h"}, unit{60, " min"}};
    const auto seconds = std::max<std::int64_t>(passed.count(), 0);
    for (const auto& each : units) {
        if (seconds >= 2 * each.seconds) {
            return std::to_string(seconds / each.seconds) + each.name;
        }
    }
    return std::to_string(seconds) + " s";
}

std::string bytes(std::uint64_t count) {
    if (count < 1024) {
        return std::to_string(count) + " B";
    }
    static constexpr std::array names{"KiB", "MiB", "GiB", "TiB"};
    auto value = static_cast<double>(count) / 1024;
    std::size_t unit = 0;
    while (value >= 1024 && unit + 1 < names.size()) {
        value /= 1024;
        ++unit;
    }
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f %s", value, names[unit]);
    return text.data();
}

} // namespace gatepost::app
