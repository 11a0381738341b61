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
// each such key; so does a secret whose file cannot be used, with an error. nullopt for a file that
// is wrong, and the log names every error: nothing of it is used then. Any thread.
std::optional<prepared> read_anew(const std::string& file, const config::config& running,
                                  const lasting_parts& around, std::size_t threads);

// The configuration as it is, with the secrets that their files hold now; one that cannot be used
// is a problem, and stays what it was. Its routes are nullptr when applications show the same
// tokens as before. Any thread.
struct renewed {
    prepared now;
    config::problems found;
};
renewed with_secrets_of_now(const config::config& running, const lasting_parts& around,
                            std::size_t threads);

// One line in the log for each.
void log_advice(const config::config& chosen);
void log_problems(const config::problems& found);

// The files that secrets are read from.
std::vector<std::string> secret_files(const config::config& chosen);

struct changed_secrets {
    std::vector<std::string> access_tokens; // the pixels'
    bool proxy = false;                     // it, or its credentials
    bool tokens_of_clients = false;         // applications' or operators'
    bool spool_keys = false;

    bool any() const { return !access_tokens.empty() || proxy || tokens_of_clients || spool_keys; }
    // A line in the log for each kind.
    void log() const;
};
changed_secrets difference_of_secrets(const config::config& before, const config::config& now);

// A standing test code keeps events out of the live reports, which nobody wants for long.
void warn_about_test_codes(const std::vector<ingest::pixel>& pixels);
// A line in the log for each pixel that has another controller.
void warn_about_controllers(const config::config& before, const config::config& now);

} // namespace gatepost::app
