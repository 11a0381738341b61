// The text of a file that the operator named.
#pragma once

#include <optional>
#include <string>

namespace gatepost::config {

// nullopt when it cannot be read.
std::optional<std::string> read_file(const std::string& path);

} // namespace gatepost::config
