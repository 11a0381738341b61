#include "matching.hpp"

#include "data.hpp"

namespace gatepost::identity::numbering {
namespace {

struct edge {
    explicit edge(std::uint32_t packed)
        : digits(packed & 0x3ff), read(static_cast<acceptance>(packed >> 10 & 3)),
          last((packed >> 12 & 1) != 0), next(packed >> 13) {}

    std::uint32_t digits;
    acceptance read;
    bool last;
    std::uint32_t next;
};

bool holds(std::uint32_t set, char digit) {
    return (set >> (digit - '0') & 1) != 0;
}

enum class operation : std::uint8_t { match, digits, either, jump, open, close, end };

// One way through a program; a copy tries another.
struct attempt {
    std::size_t at = 0; // in the program
    std::size_t length = 0;
    std::array<std::size_t, 2> opened{};
    std::array<std::string_view, 2> groups{};
};

std::optional<beginning> run(attempt now, std::string_view digits) {
    for (;; ++now.at) {
        const auto operand = programs[now.at] & 0xfffU;
        switch (static_cast<operation>(programs[now.at] >> 12)) {
        case operation::match:
            return beginning{.length = now.length, .groups = now.groups};
        case operation::digits:
            if (now.length == digits.size() || !holds(operand, digits[now.length])) {
                return std::nullopt;
            }
            ++now.length;
            break;
        case operation::either: {
            auto first = now;
            ++first.at;
            if (auto found = run(first, digits)) {
                return found;
            }
            now.at += operand - 1;
            break;
        }
        case operation::jump:
            now.at += operand - 1;
            break;
        case operation::open:
            now.opened[operand - 1] = now.length;
            break;
        case operation::close: {
            const auto from = now.opened[operand - 1];
            now.groups[operand - 1] = digits.substr(from, now.length - from);
            break;
        }
        case operation::end:
            if (now.length != digits.size()) {
                return std::nullopt;
            }
            break;
        }
    }
}

} // namespace

acceptance accepted(std::uint32_t automaton, std::string_view digits) {
    auto read = acceptance::none;
    for (const char digit : digits) {
        edge one(edges[automaton]);
        while (!holds(one.digits, digit)) {
            if (one.last) {
                return acceptance::none;
            }
            one = edge(edges[++automaton]);
        }
        read = one.read;
        automaton = one.next;
    }
    return read;
}

std::optional<beginning> begins(std::uint16_t program, std::string_view digits) {
    return run({.at = program}, digits);
}

} // namespace gatepost::identity::numbering
