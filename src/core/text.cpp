#include <gatepost/core/text.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace gatepost::core {
namespace {

constexpr auto hex_values = [] {
    std::array<signed char, 256> table{};
    table.fill(-1);
    for (signed char i = 0; i < 10; ++i) {
        table[static_cast<std::size_t>('0' + i)] = i;
    }
    for (signed char i = 10; i < 16; ++i) {
        table[static_cast<std::size_t>('a' + i - 10)] = i;
        table[static_cast<std::size_t>('A' + i - 10)] = i;
    }
    return table;
}();

} // namespace

std::string_view trim(std::string_view text) {
    while (!text.empty() && is_space(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && is_space(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), to_lower);
    return result;
}

std::string upper(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), to_upper);
    return result;
}

bool iequals(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, to_lower, to_lower);
}

std::string_view next_field(std::string_view& rest, char separator) {
    const auto end = rest.find(separator);
    const auto field = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return field;
}

int hex_value(char c) {
    return hex_values[static_cast<unsigned char>(c)];
}

std::string percent_decode(std::string_view text, bool plus_is_space) {
    std::string result(text.size(), '\0');
    auto to = result.begin();
    const auto end = text.end();
    for (auto from = text.begin(); from != end; ++from, ++to) {
        *to = *from == '+' && plus_is_space ? ' ' : *from;
        if (*from == '%' && end - from > 2) {
            const int high = hex_value(from[1]);
            const int low = hex_value(from[2]);
            if (high >= 0 && low >= 0) {
                *to = static_cast<char>(high * 16 + low);
                from += 2;
            }
        }
    }
    result.erase(to, result.end());
    return result;
}

std::string to_hex(std::string_view bytes) {
    // Reckoned, not looked up: the compiler makes it sixteen digits at a time.
    constexpr auto digit = [](unsigned value) {
        return static_cast<char>(value + (value < 10 ? '0' : 'a' - 10));
    };
    std::string result(bytes.size() * 2, '\0');
    auto* to = result.data();
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto byte = static_cast<unsigned char>(bytes[i]);
        to[2 * i] = digit(byte >> 4U);
        to[2 * i + 1] = digit(byte & 15U);
    }
    return result;
}

bool is_utf8(std::string_view bytes) {
    // Most text is ASCII: looked at eight bytes at a time.
    constexpr std::uint64_t beyond_ascii = 0x8080808080808080;
    for (std::size_t i = 0; i < bytes.size();) {
        std::uint64_t word = beyond_ascii;
        if (bytes.size() - i >= sizeof word) {
            std::memcpy(&word, bytes.data() + i, sizeof word);
        }
        if ((word & beyond_ascii) == 0) {
            i += sizeof word;
            continue;
        }
        const auto lead = static_cast<unsigned char>(bytes[i]);
        const std::size_t more = lead < 0x80   ? 0
                                 : lead < 0xc2 ? 4
                                 : lead < 0xe0 ? 1
                                 : lead < 0xf0 ? 2
                                               : 3;
        if (more == 4 || lead > 0xf4 || bytes.size() - i <= more) {
            return false;
        }
        for (std::size_t k = 1; k <= more; ++k) {
            const auto next = static_cast<unsigned char>(bytes[i + k]);
            // What the lead byte rules out of the second byte's usual 80 to BF.
            const unsigned least = k > 1 ? 0x80 : lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
            const unsigned most = k > 1 ? 0xbf : lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
            if (next < least || next > most) {
                return false;
            }
        }
        i += more + 1;
    }
    return true;
}

} // namespace gatepost::core
