// What a command prints, and what it reads.
#pragma once

#include <iostream>
#include <sstream>
#include <string>

namespace gatepost::test {

struct ran {
    int code = 0;
    std::string out;
    std::string err;
};

// Runs `command`, a function that gives an exit code, with `input` on standard input.
template <class Command>
ran captured(Command command, const std::string& input = "") {
    std::istringstream in(input);
    std::ostringstream out;
    std::ostringstream err;
    auto* const before_in = std::cin.rdbuf(in.rdbuf());
    auto* const before_out = std::cout.rdbuf(out.rdbuf());
    auto* const before_err = std::cerr.rdbuf(err.rdbuf());
    std::cin.clear();
    const int code = command();
    std::cin.rdbuf(before_in);
    std::cout.rdbuf(before_out);
    std::cerr.rdbuf(before_err);
    return {.code = code, .out = std::move(out).str(), .err = std::move(err).str()};
}

} // namespace gatepost::test
