// The output of another program, as an oracle.
#pragma once

#include <array>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>
#include <support/temporary_directory.hpp>

namespace gatepost::test {

// What `command` (a shell command) writes when it reads `input`.
inline std::string output_of(const std::string& command, const std::string& input) {
    const temporary_directory directory;
    std::ofstream(directory.file("input"), std::ios::binary) << input;
    auto* const pipe = popen((command + " < " + directory.file("input")).c_str(), "r");
    if (pipe == nullptr) {
        throw std::runtime_error("no shell");
    }
    std::string output;
    std::array<char, 256> part{};
    for (std::size_t got = 0; (got = fread(part.data(), 1, part.size(), pipe)) > 0;) {
        output.append(part.data(), got);
    }
    if (pclose(pipe) != 0) {
        throw std::runtime_error(command + " failed");
    }
    return output;
}

} // namespace gatepost::test
