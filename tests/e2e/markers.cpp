#include "markers.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>
#include <support/command.hpp>

namespace gatepost::test {
namespace {

// Not the program's own: what it gets wrong is to be found here.
std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) {
        return static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    });
    return text;
}

std::string hex(std::string_view text, const std::string& before_each = "") {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string result;
    for (const unsigned char c : text) {
        result += before_each + digits[c / 16] + digits[c % 16];
    }
    return result;
}

std::string base64(std::string_view text) {
    constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string result;
    unsigned bits = 0;
    int held = 0;
    for (const unsigned char c : text) {
        bits = bits << 8U | c;
        for (held += 8; held >= 6;) {
            held -= 6;
            result += letters[bits >> static_cast<unsigned>(held) & 63U];
        }
    }
    return result; // without the last bits, which depend on what follows
}

// What stands in the middle of base64 when the text begins so many bytes behind a multiple of
// three.
std::string base64_inside(const std::string& text, std::size_t before) {
    constexpr std::array<std::size_t, 3> shared{0, 2, 3}; // characters that hold others' bits too
    return base64(std::string(before, '\0') + text).substr(shared.at(before));
}

bool holds(const std::string& bytes, const std::string& text) {
    return bytes.find(text) != std::string::npos;
}

} // namespace

std::string planted::plant(const std::string& name, allowed where) {
    std::string text = "Zq7" + name + "Q7z";
    std::erase(text, '-');
    return keep(name, text, where);
}

std::string planted::keep(const std::string& name, const std::string& text, allowed where) {
    if (std::ranges::any_of(all_, [&](const marker& each) { return each.name == name; })) {
        throw std::logic_error("planted twice: " + name);
    }
    all_.push_back({name, text, where});
    return text;
}

void planted::hashed(const std::string& name, const std::string& normalised) {
    keep("hash of " + name, output_of("sha256sum", normalised).substr(0, 64),
         allowed::while_it_waits);
}

searched::searched(const std::string& bytes) : folded_(lower(bytes)), base64_(bytes) {
    std::ranges::replace(base64_, '-', '+');
    std::ranges::replace(base64_, '_', '/');
}

std::string searched::writing_of(const std::string& text) const {
    if (holds(folded_, lower(text))) {
        return "raw";
    }
    for (const auto& each : {text, lower(text)}) {
        if (holds(folded_, hex(each, "%"))) {
            return "percent-encoded";
        }
        if (holds(folded_, hex(each))) {
            return "hex";
        }
        for (std::size_t before = 0; before < 3; ++before) {
            if (holds(base64_, base64_inside(each, before))) {
                return "base64";
            }
        }
    }
    return "";
}

std::vector<std::string> leaks(const planted& markers, const places& shown,
                               bool (*may)(const marker& what, const std::string& place)) {
    std::vector<std::string> found;
    for (const auto& [place, bytes] : shown) {
        const searched there(bytes);
        for (const auto& each : markers.all()) {
            if (may(each, place)) {
                continue;
            }
            if (const auto writing = there.writing_of(each.text); !writing.empty()) {
                found.push_back(each.name + ": " + place + ": " + writing);
            }
        }
    }
    return found;
}

} // namespace gatepost::test
