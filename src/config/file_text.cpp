#include "file_text.hpp"

#include <fstream>
#include <sstream>

namespace gatepost::config {

std::optional<std::string> read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return in ? std::optional(std::move(text).str()) : std::nullopt;
}

} // namespace gatepost::config
