// Files of secrets, as they are handed to a configuration.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace gatepost::test {

// Writes a file that only its owner may use.
inline void write_secret(const std::string& file, std::string_view content) {
    std::ofstream(file, std::ios::binary) << content;
    namespace fs = std::filesystem;
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
}

} // namespace gatepost::test
