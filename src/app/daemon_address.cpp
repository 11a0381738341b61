#include "daemon_address.hpp"

#include <gatepost/config/config.hpp>

#include <optional>
#include <string_view>

namespace gatepost::app {
namespace {

struct known_listener {
    std::string_view option; // of the command line, which takes its URL
    std::string_view setting;
};

known_listener words_of(listener which) {
    return which == listener::ingest ? known_listener{"--to", "listen.http"}
                                     : known_listener{"--admin", "admin.http"};
}

std::optional<net::listen_address> address_in(const config::config& chosen, listener which) {
    if (which == listener::admin) {
        return chosen.admin;
    }
    return chosen.listen.http.empty() ? std::nullopt : std::optional(chosen.listen.http.front());
}

// A daemon that listens on every address of this machine is reached at its own.
net::endpoint endpoint_of(net::listen_address address) {
    if (address.host == "0.0.0.0") {
        address.host = "127.0.0.1";
    } else if (address.host == "::") {
        address.host = "::1";
    }
    return {.tls = false, .host = address.host, .port = address.port};
}

core::result<net::endpoint, refusal> configured(listener which, const std::string& config_file) {
    const auto chosen = config::load_file(config_file, config::secrets::ignore);
    if (chosen.has_error()) {
        return refusal{config::format(chosen.error(), config_file), bad_configuration};
    }
    const auto address = address_in(*chosen, which);
    if (!address || address->port == 0) {
        const auto words = words_of(which);
        return refusal{"gatepost: " + std::string(words.setting) + " names no port; give " +
                           std::string(words.option) + '\n',
                       wrong_usage};
    }
    return endpoint_of(*address);
}

core::result<net::endpoint, refusal> given(listener which, const std::string& url) {
    const auto option = std::string(words_of(which).option);
    const auto parsed = net::parse_endpoint(url);
    if (!parsed) {
        const auto usual = address_in({}, which)->authority();
        return refusal{"gatepost: " + option + " takes a URL like http://" + usual + '\n',
                       wrong_usage};
    }
    if (!parsed->tls && !parsed->is_loopback()) {
        return refusal{"gatepost: " + option +
                           ": http:// only to loopback; what goes there is about visitors\n",
                       wrong_usage};
    }
    return *parsed;
}

} // namespace

core::result<net::endpoint, refusal> daemon_address(listener which, const std::string& url,
                                                    const std::string& config_file) {
    if (!url.empty()) {
        return given(which, url);
    }
    if (!config_file.empty()) {
        return configured(which, config_file);
    }
    return endpoint_of(*address_in({}, which));
}

} // namespace gatepost::app
