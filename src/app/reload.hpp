// Reading the configuration anew while the daemon runs.
#pragma once

#include "edition.hpp"

#include <gatepost/config/config.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gatepost::app {

// A configuration and what the way in makes of it.
struct prepared {
    std::shared_ptr<const config::config> chosen;
    std::shared_ptr<edition> routes;
};

// Reads the file. What cannot change while running stays as it is, with a warning in the log for
// each such key. nullopt for a file that is wrong, and the log names every error: nothing of it is
// used then. Any thread.
std::optional<prepared> read_anew(const std::string& file, const config::config& running,
                                  const lasting_parts& around, std::size_t threads);

// The configuration as it is, with the secrets that their files hold now; one that cannot be used
// is a problem, and stays what it was. Any thread.
struct renewed {
    std::shared_ptr<const config::config> chosen;
    config::problems found;
};
renewed with_secrets_of_now(const config::config& running);

// One line in the log for each.
void log_problems(const config::problems& found);

// The files that secrets are read from.
std::vector<std::string> secret_files(const config::config& chosen);
// The pixels whose access tokens differ.
std::vector<std::string> changed_tokens(const config::config& before, const config::config& now);
bool same_proxy(const config::config& before, const config::config& now);
// A line in the log for each pixel that has another controller.
void warn_about_controllers(const config::config& before, const config::config& now);

} // namespace gatepost::app
