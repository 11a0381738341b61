#include <cstdlib>
#include <stdexcept>
#include <support/machine.hpp>
#include <unistd.h>

namespace gatepost::test {

std::string program_path(const std::string& name) {
    for (const auto* directory : {"/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/"}) {
        auto path = directory + name;
        if (access(path.c_str(), X_OK) == 0) {
            return path;
        }
    }
    return "";
}

std::optional<std::string> why_not_programs(std::initializer_list<const char*> names) {
    for (const auto* name : names) {
        if (program_path(name).empty()) {
            return std::string(name) + " is not installed";
        }
    }
    return std::nullopt;
}

std::optional<std::string> why_not_namespaces() {
    if (geteuid() != 0) {
        return "it takes root to make namespaces";
    }
    if (const auto missing = why_not_programs({"unshare"})) {
        return missing;
    }
    return std::system("unshare --mount --net true >/dev/null 2>&1") == 0
               ? std::nullopt
               : std::optional<std::string>("this machine makes no namespaces");
}

void run_command(const std::string& command) {
    if (std::system((command + " >/dev/null 2>&1").c_str()) != 0) {
        throw std::runtime_error("failed: " + command);
    }
}

} // namespace gatepost::test
