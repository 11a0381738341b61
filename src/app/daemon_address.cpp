#include "daemon_address.hpp"

#include <gatepost/config/config.hpp>
#include <gatepost/config/single_secrets.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <optional>
#include <string_view>

namespace gatepost::app {
namespace {

struct known_listener {
    std::string_view option; // of the command line, which takes its URL
    std::string_view setting;
    std::string_view token_setting;
};

known_listener words_of(listener which) {
    return which == listener::ingest ? known_listener{"--to", "listen.http", "auth.token_file"}
                                     : known_listener{"--admin", "admin.http", "admin.token_file"};
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

// What goes to an address of this machine does not leave it.
bool is_of_this_machine(const std::string& host) {
    namespace ip = boost::asio::ip;
    boost::system::error_code failure;
    const ip::tcp::endpoint any_port(ip::make_address(host, failure), 0);
    boost::asio::io_context context;
    ip::tcp::socket probe(context);
    if (!failure) {
        probe.open(any_port.protocol(), failure);
    }
    if (!failure) {
        probe.bind(any_port, failure);
    }
    return !failure;
}

core::result<net::endpoint, refusal> configured(listener which, const config::config& chosen) {
    const auto words = words_of(which);
    const auto address = address_in(chosen, which);
    if (!address || address->port == 0) {
        return refusal{"gatepost: " + std::string(words.setting) + " names no port; give " +
                           std::string(words.option) + '\n',
                       wrong_usage};
    }
    const auto endpoint = endpoint_of(*address);
    if (!endpoint.is_loopback() && !is_of_this_machine(endpoint.host)) {
        return refusal{"gatepost: " + std::string(words.setting) +
                           " is no address of this machine; give " + std::string(words.option) +
                           " with an https:// URL\n",
                       wrong_usage};
    }
    return endpoint;
}

core::result<net::endpoint, refusal> given_by(listener which, const std::string& url) {
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

core::result<core::secret_string, refusal>
read_token(const std::string& named_by, const std::string& file, const std::string& variable) {
    auto token = config::first_token(file, variable);
    if (token.has_error()) {
        return refusal{"gatepost: " + named_by + ": " + std::string(token.error()) + '\n', failed};
    }
    return std::move(*token);
}

core::result<core::secret_string, refusal> configured_token(listener which,
                                                            const config::config& chosen) {
    const bool ingest = which == listener::ingest;
    const auto& file = ingest ? chosen.auth_token_file : chosen.admin_token_file;
    const auto& variable = ingest ? chosen.auth_token_env : chosen.admin_token_env;
    if (file.empty() && variable.empty()) {
        return core::secret_string();
    }
    const std::string section = ingest ? "auth" : "admin";
    return read_token(section + (file.empty() ? ".token_env" : ".token_file"), file, variable);
}

} // namespace

void daemon_access::show_token(core::upstream_request& to) const {
    if (!token.empty()) {
        auto text = "Bearer " + std::string(token.reveal());
        to.headers.emplace_back("Authorization", text);
        core::wipe(text);
    }
}

core::result<daemon_access, refusal> find_daemon(listener which, const daemon_arguments& given) {
    config::config chosen;
    if (!given.config_file.empty()) {
        auto loaded = config::load_file(given.config_file, config::secrets::ignore);
        if (loaded.has_error()) {
            return refusal{config::format(loaded.error(), given.config_file), bad_configuration};
        }
        chosen = std::move(*loaded);
    }
    auto at = !given.url.empty() ? given_by(which, given.url) : configured(which, chosen);
    if (at.has_error()) {
        return at.error();
    }
    auto token = !given.token_file.empty() ? read_token("--token-file", given.token_file, "")
                                           : configured_token(which, chosen);
    if (token.has_error()) {
        return token.error();
    }
    return daemon_access{std::move(*at), std::move(*token)};
}

std::string token_advice(listener which, const daemon_access& used) {
    const auto setting = std::string(words_of(which).token_setting);
    return used.token.empty()
               ? "; give --token-file, or --config with a file whose " + setting + " can be read"
               : "; it is not one of those in the daemon's " + setting;
}

} // namespace gatepost::app
