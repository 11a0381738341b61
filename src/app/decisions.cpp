#include "commands.hpp"

#include <gatepost/app/cli.hpp>
#include <gatepost/config/config.hpp>
#include <gatepost/core/iso8601.hpp>
#include <gatepost/core/text.hpp>
#include <gatepost/ledger/audit.hpp>

#include <iostream>
#include <optional>

namespace gatepost::app {
namespace {

// "1795340000", "2026-11-22" or "2026-11-22T18:00:00Z".
std::optional<core::wall_time> parse_since(const std::string& text) {
    if (const auto seconds = core::parse_integer<std::int64_t>(text)) {
        return core::wall_time(std::chrono::seconds(*seconds));
    }
    return core::parse_iso8601(text);
}

} // namespace

int export_decisions(const std::string& config_file, const std::string& since) {
    const auto from = parse_since(since);
    if (!from) {
        std::cerr << "gatepost: --since takes 2026-11-22, 2026-11-22T18:00:00Z or seconds since "
                     "1970\n";
        return wrong_usage;
    }
    const auto chosen = config::load_file(config_file, config::secrets::ignore);
    if (chosen.has_error()) {
        std::cerr << config::format(chosen.error(), config_file);
        return bad_configuration;
    }
    // On standard error, so that the lines can be piped on.
    std::cerr << "gatepost: these lines are pseudonymous personal data: decisions with their "
                 "signals, event ids and link ids. Keep them as you keep your orders.\n";
    std::ios::sync_with_stdio(false);
    const auto failure =
        ledger::read_audit(chosen->audit.directory, *from, [](std::string_view line) {
            std::cout << line << '\n';
            return static_cast<bool>(std::cout);
        });
    if (failure) {
        std::cerr << "gatepost: audit.path " << chosen->audit.directory << ": " << failure.message()
                  << '\n';
        return failed;
    }
    return done;
}

} // namespace gatepost::app
