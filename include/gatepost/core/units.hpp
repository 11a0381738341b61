// Sizes and durations with their units, as they are written in the configuration.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatepost::core {

struct byte_size {
    std::uint64_t bytes = 0;
    friend auto operator<=>(const byte_size&, const byte_size&) = default;
};

constexpr byte_size kibibytes(std::uint64_t n) {
    return {n * 1024};
}
constexpr byte_size mebibytes(std::uint64_t n) {
    return {n * 1024 * 1024};
}
constexpr byte_size gibibytes(std::uint64_t n) {
    return {n * 1024 * 1024 * 1024};
}

using days = std::chrono::duration<std::int64_t, std::ratio<86400>>;

// "64KiB", "1GiB", "512B" or a bare number of bytes; nothing else, no fractions, no overflow.
std::optional<byte_size> parse_byte_size(std::string_view text);

// "250ms", "10s", "5m", "48h", "7d"; a unit is needed except for 0.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

// The shortest exact form in the units above.
std::string format(byte_size size);
std::string format(std::chrono::milliseconds duration);

} // namespace gatepost::core
