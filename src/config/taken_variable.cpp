#include "taken_variable.hpp"

#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>

namespace gatepost::config {

core::secret_string taken_variable(const std::string& name) {
    // There is one environment in a process, and so one place for what was taken out of it. It is
    // wiped at the end.
    static std::mutex guard;
    static std::map<std::string, core::secret_string> taken;
    const std::lock_guard lock(guard);
    if (char* value = std::getenv(name.c_str()); value != nullptr && *value != '\0') {
        taken.insert_or_assign(name, core::secret_string(value));
        explicit_bzero(value, std::strlen(value));
    }
    const auto found = taken.find(name);
    return found == taken.end() ? core::secret_string() : found->second;
}

} // namespace gatepost::config
