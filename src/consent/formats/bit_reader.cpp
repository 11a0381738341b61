#include "bit_reader.hpp"

#include <array>

namespace gatepost::consent {
namespace {

constexpr unsigned bits_a_character = 6;

constexpr auto sextets = [] {
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::array<std::uint8_t, 256> table{};
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
        table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
    }
    return table;
}();

std::uint8_t sextet(char c) {
    return sextets[static_cast<unsigned char>(c)];
}

bool is_base64url(std::string_view text) {
    // Comparisons and no table, so that the compiler looks at many characters at once.
    std::uint8_t wrong = 0;
    for (const char c : text) {
        const auto between = [byte = static_cast<std::uint8_t>(c)](char low, std::uint8_t count) {
            return static_cast<std::uint8_t>(byte - static_cast<std::uint8_t>(low)) < count;
        };
        const bool right =
            between('A', 26) || between('a', 26) || between('0', 10) || c == '-' || c == '_';
        wrong |= static_cast<std::uint8_t>(!right);
    }
    return wrong == 0;
}

std::size_t round_up(std::size_t value, std::size_t multiple) {
    return (value + multiple - 1) / multiple * multiple;
}

} // namespace

bit_reader::bit_reader(std::string_view text) : text_(text) {
    for (int i = 0; i < 2 && text_.ends_with('='); ++i) {
        text_.remove_suffix(1);
    }
    failed_ = !is_base64url(text_);
}

std::uint64_t bit_reader::read(unsigned width) {
    if (failed_ || width > size() - position()) {
        failed_ = true;
        return 0;
    }
    while (held_ < width) {
        window_ = (window_ << bits_a_character) | sextet(text_[next_++]);
        held_ += bits_a_character;
    }
    held_ -= width;
    return (window_ >> held_) & ((std::uint64_t{1} << width) - 1);
}

void bit_reader::skip(std::size_t width) {
    if (failed_ || width > size() - position()) {
        failed_ = true;
        return;
    }
    if (width <= held_) {
        held_ -= static_cast<unsigned>(width);
        return;
    }
    width -= held_;
    held_ = 0;
    next_ += width / bits_a_character;
    if (const auto rest = static_cast<unsigned>(width % bits_a_character); rest > 0) {
        read(rest);
    }
}

padding bit_reader::rest() const {
    constexpr std::size_t byte = 8;
    constexpr std::size_t quad = 4 * bits_a_character;
    const auto left = size() - position();
    if (failed_ || left >= quad) {
        return no_padding;
    }
    if (auto tail = *this; left > 0 && tail.read(static_cast<unsigned>(left)) != 0) {
        return no_padding;
    }
    padding found = no_padding;
    if (size() == round_up(round_up(position(), byte), bits_a_character)) {
        found |= to_bytes;
    }
    if (size() == round_up(position(), quad)) {
        found |= to_quads;
    }
    return found;
}

} // namespace gatepost::consent
