#include <gatepost/config/config.hpp>

#include <stdexcept>

namespace gatepost::config {

std::string config::key_path() const {
    return key_file.empty() ? spool.path + "/identity.key" : key_file;
}

void throw_exception_from_error(const problems& found, const boost::source_location&) {
    throw std::runtime_error(found.empty() ? "bad configuration" : format(found.front(), "config"));
}

std::string format(const problem& found, std::string_view file) {
    std::string result(file);
    if (found.line > 0) {
        result += ":" + std::to_string(found.line) + ":" + std::to_string(found.column);
    }
    result += ": ";
    if (!found.key.empty()) {
        result += found.key + ": ";
    }
    return result + found.message;
}

} // namespace gatepost::config
