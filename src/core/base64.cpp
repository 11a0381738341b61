#include <gatepost/core/base64.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

// Hand-written: OpenSSL's decoder knows neither base64url nor missing padding, both common in
// cookies.
namespace gatepost::core {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// 0 to 63, or something with a higher bit for what is of neither alphabet.
constexpr std::uint8_t not_base64 = 0x80;
constexpr auto sextets = [] {
    std::array<std::uint8_t, 256> table{};
    table.fill(not_base64);
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
        table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
    }
    table['+'] = 62;
    table['/'] = 63;
    return table;
}();

std::uint32_t sextet(char c) {
    return sextets[static_cast<unsigned char>(c)];
}

} // namespace

std::optional<std::string> base64_decode(std::string_view text) {
    while (!text.empty() && text.back() == '=') {
        text.remove_suffix(1);
    }
    if (text.size() % 4 == 1) {
        return std::nullopt;
    }
    // A last group that is not whole is filled up with zero bits, and gives a byte less for each
    // character it lacks.
    std::string result((text.size() + 3) / 4 * 3, '\0');
    auto to = result.begin();
    std::uint32_t all = 0;
    const auto take = [&](std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
        all |= a | b | c | d;
        const auto bits = (a << 18) | (b << 12) | (c << 6) | d;
        *to++ = static_cast<char>(bits >> 16);
        *to++ = static_cast<char>(bits >> 8);
        *to++ = static_cast<char>(bits);
    };
    auto rest = text;
    for (; rest.size() >= 4; rest.remove_prefix(4)) {
        take(sextet(rest[0]), sextet(rest[1]), sextet(rest[2]), sextet(rest[3]));
    }
    if (!rest.empty()) {
        take(sextet(rest[0]), sextet(rest[1]), rest.size() > 2 ? sextet(rest[2]) : 0, 0);
    }
    if ((all & not_base64) != 0) {
        return std::nullopt;
    }
    result.resize(text.size() * 3 / 4);
    return result;
}

std::string base64url_encode(std::string_view bytes) {
    std::string result;
    result.reserve((bytes.size() * 4 + 2) / 3);
    std::uint32_t bits = 0;
    int held = 0;
    for (const char c : bytes) {
        bits = (bits << 8) | static_cast<unsigned char>(c);
        for (held += 8; held >= 6; held -= 6) {
            result += alphabet[(bits >> (held - 6)) & 63];
        }
    }
    if (held > 0) {
        result += alphabet[(bits << (6 - held)) & 63];
    }
    return result;
}

} // namespace gatepost::core
