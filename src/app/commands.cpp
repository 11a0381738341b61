#include "commands.hpp"

#include "complain.hpp"

#include <gatepost/app/cli.hpp>
#include <gatepost/config/config.hpp>
#include <gatepost/core/text.hpp>
#include <gatepost/core/version.hpp>
#include <gatepost/identity/hash.hpp>
#include <gatepost/identity/normalise.hpp>

#include <boost/asio/signal_set.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <iostream>

namespace gatepost::app {

int check(const std::string& config_file) {
    const auto loaded = config::load_file(config_file, config::secrets::read);
    if (loaded.has_error()) {
        std::cerr << config::format(loaded.error(), config_file);
        return bad_configuration;
    }
    std::cout << config_file << ": ok\n";
    for (const auto& each : loaded->advice) {
        std::cerr << "warning: " << config::format(each, config_file) << '\n';
    }
    if (const auto& proxy = loaded->upstream.proxy) {
        std::cout << "requests go through the proxy " << proxy->authority() << " ("
                  << loaded->proxy_named_by << ")\n";
    }
    return done;
}

int print_version() {
    std::cout << "gatepost " << core::version << " (" << core::commit << ")\n";
    return done;
}

namespace {

struct identifier_kind {
    std::string_view name;
    std::optional<std::string> (*normalise)(std::string_view);
    bool hashed; // TikTok gets its digest
};
// All but phone, which needs a region.
constexpr std::array kinds{
    identifier_kind{"email", identity::normalise_email, true},
    identifier_kind{"external_id", identity::normalise_external_id, true},
    identifier_kind{"first_name", identity::normalise_name, true},
    identifier_kind{"last_name", identity::normalise_name, true},
    identifier_kind{"zip_code", identity::normalise_zip_code, true},
    identifier_kind{"city", identity::normalise_place, false},
    identifier_kind{"state", identity::normalise_place, false},
    identifier_kind{"country", identity::normalise_place, false},
    identifier_kind{"idfa", identity::normalise_idfa, false},
    identifier_kind{"gaid", identity::normalise_gaid, false},
};

int print_hashed(std::string_view normalised, std::string_view digest) {
    std::cout << normalised << '\t' << digest << '\n';
    return done;
}

int left_out(std::string_view kind, std::string_view why) {
    return complain(std::string(kind) + ": " + std::string(why), failed);
}

int hash_value(const std::string& kind, const std::string& value, const std::string& region) {
    constexpr std::string_view refused = "this value would be left out";
    // Its rule is the beginning of every other: trimmed, and nothing when blank.
    const auto text = identity::normalise_external_id(value);
    if (!text) {
        return left_out(kind, refused);
    }
    const auto* const chosen = std::ranges::find(kinds, kind, &identifier_kind::name);
    const bool hashed = chosen == kinds.end() || chosen->hashed;
    if (hashed && identity::is_sha256_hex(*text)) {
        return print_hashed(core::lower(*text), core::lower(*text));
    }
    if (chosen == kinds.end()) {
        const auto number = identity::normalise_phone(*text, region);
        return number ? print_hashed(*number, identity::hasher().hex(*number))
                      : left_out(kind, identity::to_string(number.error()));
    }
    const auto normalised = chosen->normalise(*text);
    if (!normalised) {
        return left_out(kind, refused);
    }
    return print_hashed(*normalised, hashed ? identity::hasher().hex(*normalised) : std::string());
}

} // namespace

std::vector<std::string> hash_kinds() {
    std::vector<std::string> names{"phone"};
    for (const auto& kind : kinds) {
        names.emplace_back(kind.name);
    }
    return names;
}

int hash(const std::string& kind, const std::string& value, const std::string& region) {
    if (value != "-") {
        return hash_value(kind, value, region);
    }
    int worst = done;
    bool some = false;
    for (std::string line; std::getline(std::cin, line); some = true) {
        worst = std::max(worst, hash_value(kind, line, region));
    }
    return some ? worst : complain("standard input holds no value", failed);
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
