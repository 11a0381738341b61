// The configuration: one YAML file into one typed tree of each layer's own options.
//
// docs/operations.md and config/gatepost.yaml describe every key. Unknown keys are errors, and all
// errors are reported at once with their place.
#pragma once

#include <gatepost/consent/catalog.hpp>
#include <gatepost/consent/gate.hpp>
#include <gatepost/core/result.hpp>
#include <gatepost/core/secret_string.hpp>
#include <gatepost/core/units.hpp>
#include <gatepost/identity/user.hpp>
#include <gatepost/ingest/options.hpp>
#include <gatepost/ledger/audit.hpp>
#include <gatepost/ledger/registry.hpp>
#include <gatepost/net/access_tokens.hpp>
#include <gatepost/net/address.hpp>
#include <gatepost/net/http_client.hpp>
#include <gatepost/net/http_server.hpp>
#include <gatepost/observe/log.hpp>
#include <gatepost/relay/options.hpp>
#include <gatepost/spool/sqlite_queue.hpp>
#include <gatepost/tiktok/encoder.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::config {

// One thing wrong. Line and column count from 1; 0 when it has no place in the file.
struct problem {
    int line = 0;
    int column = 0;
    std::string key;     // "relay.batch.linger", "" for the file as a whole
    std::string message; // with a suggestion where there is one; never a secret
};

using problems = std::vector<problem>;

struct listen_options {
    std::vector<net::listen_address> http{{"127.0.0.1", 8787}};
    std::string unix_path; // "" for none
    unsigned unix_mode = 0660;
    std::size_t threads = 1;
    net::server_options limits;
};

// The section `consent`: what a gate is made of.
struct consent_settings {
    consent::options options{.max_age_by_country = {{"FR", core::days(183)}}};
    consent::catalog catalog = consent::catalog::built_in();
};

struct config {
    // The first 12 hex digits of the SHA-256 of the file's text; "" without a file. The audit trail
    // names it, so that a decision can be traced to the rules of its time.
    std::string version;
    listen_options listen;
    net::listen_address admin{"127.0.0.1", 8788};
    std::optional<net::listen_address> metrics;
    // What operators show; those of applications are in the door of `ingest`. With
    // secrets::ignore both are empty, whatever the file says.
    net::access_tokens admin_tokens;
    std::string auth_token_file; // where the tokens were read from, "" for no file
    std::string admin_token_file;
    std::string auth_token_env; // or this variable
    std::string admin_token_env;
    ingest::options ingest; // pixels, ages, door, trusted proxies
    // By pixel; empty for one that only observes and has none.
    std::map<std::string, core::secret_string> access_tokens;
    // By pixel: where its token was read from, of those that have a file.
    std::map<std::string, std::string> access_token_files;
    tiktok::url_cleaning url_cleaning{.strip_query = {"email", "e-mail", "phone", "name", "token"}};
    consent_settings consent;
    // Of pixels that override some of it, by pixel: the common section with those keys replaced.
    std::map<std::string, consent_settings> pixel_consent;
    identity::options identity;
    std::string key_file;        // "" for <spool.path>/identity.key
    spool::options spool;        // with its keys
    std::string spool_key_file;  // where they were read from, "" for none
    ledger::audit_options audit; // a file's: the directory is set
    // Without a proxy where none is needed: a loopback endpoint, or one that NO_PROXY exempts.
    net::client_options upstream{.endpoint = {.host = "business-api.tiktok.com"}};
    std::string proxy_named_by;         // "relay.proxy" or "HTTPS_PROXY"; "" without a proxy
    std::string proxy_credentials_file; // where the proxy's were read from, "" for no file
    relay::options relay;
    std::chrono::milliseconds shutdown_grace = std::chrono::seconds(10);
    observe::log_options log;
    bool core_dumps = false; // debug.core_dumps
    // What is not wrong and yet to be said: a file of secrets that others may read, a short token.
    // Nothing with secrets::ignore.
    problems advice;

    std::vector<std::string> pixel_ids() const;
    std::string key_path() const;
    std::string registry_path() const; // <spool.path>/registry.db
    // Grants are kept as long as any of the sections lets one count.
    ledger::registry_options registry_options() const;
};

// ignore: neither tokens nor other secrets are looked for, nor what the environment says.
enum class secrets { read, ignore };

[[noreturn]] void throw_exception_from_error(const problems& found,
                                             const boost::source_location& where);

core::result<config, problems> load_file(const std::string& path, secrets allowed);
core::result<config, problems> load_text(std::string_view yaml, secrets allowed);

// "gatepost.yaml:12:3: relay.batch.linger: ..."
std::string format(const problem& found, std::string_view file);
// All of them, a line each.
std::string format(const problems& found, std::string_view file);

} // namespace gatepost::config
