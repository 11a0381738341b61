#include "commands.hpp"

#include <gatepost/app/cli.hpp>
#include <gatepost/config/config.hpp>
#include <gatepost/core/text.hpp>
#include <gatepost/core/version.hpp>
#include <gatepost/identity/hash.hpp>
#include <gatepost/identity/normalise.hpp>

#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <iostream>

namespace gatepost::app {

int check(const std::string& config_file) {
    const auto loaded = config::load_file(config_file, config::secrets::read);
    if (loaded.has_error()) {
        for (const auto& problem : loaded.error()) {
            std::cerr << config::format(problem, config_file) << '\n';
        }
        return bad_configuration;
    }
    std::cout << config_file << ": ok\n";
    return done;
}

int print_version() {
    std::cout << "gatepost " << core::version << " (" << core::commit << ")\n";
    return done;
}

int hash(const std::string& kind, const std::string& value, const std::string& region) {
    std::optional<std::string> normalised;
    const auto trimmed = core::trim(value);
    if (identity::is_sha256_hex(trimmed)) {
        const auto digest = core::lower(trimmed);
        std::cout << digest << '\t' << digest << '\n';
        return done;
    }
    if (kind == "phone") {
        const auto number = identity::normalise_phone(value, region);
        if (number.has_error()) {
            std::cerr << "gatepost: phone: " << identity::to_string(number.error()) << '\n';
            return failed;
        }
        normalised = *number;
    } else {
        normalised = kind == "email" ? identity::normalise_email(value)
                                     : identity::normalise_external_id(value);
    }
    if (!normalised) {
        std::cerr << "gatepost: " << kind << ": this value would be left out\n";
        return failed;
    }
    std::cout << *normalised << '\t' << identity::hasher().hex(*normalised) << '\n';
    return done;
}

int run_sandbox(const sandbox::options& chosen) {
    std::signal(SIGPIPE, SIG_IGN);
    boost::asio::io_context context(1);
    sandbox::sandbox stand_in(context, chosen);
    std::cout << "listening sandbox " << stand_in.url() << std::endl;
    boost::asio::signal_set ends(context, SIGINT, SIGTERM);
    ends.async_wait([&context](const boost::system::error_code&, int) { context.stop(); });
    context.run();
    return done;
}

} // namespace gatepost::app
