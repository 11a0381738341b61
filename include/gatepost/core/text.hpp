// ASCII text: what headers, cookies and identifiers are made of. Never depends on the locale.
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>

namespace gatepost::core {

constexpr bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}
constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
constexpr bool is_alpha(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr char to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
constexpr char to_upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
}

// Without ASCII white space at both ends.
std::string_view trim(std::string_view text);
// ASCII letters lowered or raised, every other byte kept.
std::string lower(std::string_view text);
std::string upper(std::string_view text);
// Equal but for the case of ASCII letters.
bool iequals(std::string_view a, std::string_view b);

// Removes and returns what stands before `separator` (all of it when there is none).
std::string_view next_field(std::string_view& rest, char separator);

// The value of a hex digit, or -1.
int hex_value(char c);
// %XX decoded once; a lone or invalid % is kept as it is. `+` is kept, unless asked for.
std::string percent_decode(std::string_view text, bool plus_is_space = false);
std::string to_hex(std::string_view bytes);
// Well-formed UTF-8 (RFC 3629): no overlong form, no surrogate, nothing past U+10FFFF.
bool is_utf8(std::string_view bytes);

// A whole decimal number and nothing else.
template <std::integral Integer>
std::optional<Integer> parse_integer(std::string_view text) {
    Integer value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

} // namespace gatepost::core
