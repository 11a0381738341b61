#include <gatepost/core/text.hpp>
#include <gatepost/core/units.hpp>

#include <array>
#include <limits>

namespace gatepost::core {
namespace {

struct unit {
    std::string_view name;
    std::uint64_t factor;
};

constexpr std::array size_units{unit{"GiB", 1ULL << 30}, unit{"MiB", 1ULL << 20},
                                unit{"KiB", 1ULL << 10}, unit{"B", 1}};
constexpr std::array duration_units{unit{"d", 86'400'000}, unit{"h", 3'600'000}, unit{"m", 60'000},
                                    unit{"s", 1'000}, unit{"ms", 1}};

template <std::size_t N>
std::optional<std::uint64_t> parse(std::string_view text, const std::array<unit, N>& units,
                                   bool unit_needed) {
    std::size_t digits = 0;
    while (digits < text.size() && is_digit(text[digits])) {
        ++digits;
    }
    const auto number = parse_integer<std::uint64_t>(text.substr(0, digits));
    const auto name = text.substr(digits);
    if (!number) {
        return std::nullopt;
    }
    if (name.empty()) {
        return unit_needed && *number != 0 ? std::nullopt : number;
    }
    for (const auto& candidate : units) {
        if (candidate.name == name) {
            constexpr auto most =
                static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
            return *number > most / candidate.factor ? std::nullopt
                                                     : std::optional(*number * candidate.factor);
        }
    }
    return std::nullopt;
}

template <std::size_t N>
std::string print(std::uint64_t number, const std::array<unit, N>& units) {
    for (const auto& candidate : units) {
        if (number % candidate.factor == 0 && number != 0) {
            return std::to_string(number / candidate.factor) + std::string(candidate.name);
        }
    }
    return "0";
}

} // namespace

std::optional<byte_size> parse_byte_size(std::string_view text) {
    const auto bytes = parse(text, size_units, false);
    return bytes ? std::optional(byte_size{*bytes}) : std::nullopt;
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    const auto number = parse(text, duration_units, true);
    return number ? std::optional(std::chrono::milliseconds(*number)) : std::nullopt;
}

std::string format(byte_size size) {
    return print(size.bytes, size_units);
}

std::string format(std::chrono::milliseconds duration) {
    return print(static_cast<std::uint64_t>(duration.count()), duration_units);
}

} // namespace gatepost::core
