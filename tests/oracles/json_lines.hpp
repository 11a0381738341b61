// What the readers of the oracles share: one JSON value a line on standard input.
#pragma once

#include <gatepost/core/json.hpp>
#include <gatepost/core/text.hpp>

#include <iostream>
#include <string>

namespace gatepost {

// Runs `NAME SUITE LINES`: hands each line to comparison.read() and asks comparison.agrees(LINES)
// at the end. Gives the exit code.
template <class Comparison>
int compare_json_lines(int argc, char** argv, const char* usage) {
    const auto wanted = argc == 3 ? core::parse_integer<long>(argv[2]) : std::nullopt;
    if (!wanted) {
        std::cerr << "usage: " << usage << '\n';
        return 64;
    }
    Comparison found;
    for (std::string line; std::getline(std::cin, line);) {
        const auto parsed = core::json::parse(line);
        if (!parsed) {
            std::cerr << "not JSON\n";
            return 1;
        }
        found.read(parsed->root());
    }
    return found.agrees(*wanted) ? 0 : 1;
}

} // namespace gatepost
