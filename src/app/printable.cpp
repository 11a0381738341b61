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
    return text.size() >= 2 && text[0] == '\xc2' && static_cast<unsigned char>(text[1]) < 0xa0;
}

} // namespace

std::string printable(std::string_view text) {
    std::string shown;
    shown.reserve(text.size());
    while (!text.empty()) {
        const bool wide = is_c1(text);
        shown += wide || is_c0_or_del(text.front()) ? '?' : text.front();
        text.remove_prefix(wide ? 2 : 1);
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
