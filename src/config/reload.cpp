#include "secret_source.hpp"

#include <gatepost/config/reload.hpp>

#include <cstddef>
#include <string_view>
#include <tuple>
#include <utility>

namespace gatepost::config {
namespace {

struct fixed_key {
    std::string_view name;
    bool (*same)(const config& a, const config& b);
    void (*put_back)(config& fresh, const config& running);
};

// `Field` gives a reference to what the key sets, or a tuple of them.
template <class Field>
constexpr fixed_key fixed(std::string_view name, Field /*field*/) {
    return {name, [](const config& a, const config& b) { return Field()(a) == Field()(b); },
            [](config& fresh, const config& running) { Field()(fresh) = Field()(running); }};
}

// The names of these addresses are the last of those that the daemon may be asked by.
void put_back_addresses(config& fresh, const config& running) {
    auto& hosts = fresh.ingest.door.allowed_hosts;
    hosts.resize(hosts.size() - fresh.listen.http.size());
    fresh.listen.http = running.listen.http;
    for (const auto& address : fresh.listen.http) {
        hosts.push_back(address.authority());
    }
}

// Without an audit.path the trail follows the spool.
std::string own_audit_path(const config& chosen) {
    const auto& directory = chosen.audit.directory;
    return directory == chosen.spool.path + "/audit" ? std::string() : directory;
}

// Sockets, threads, files and what they hold are made at the start. Every other key of the file
// takes effect when it is read anew.
constexpr fixed_key fixed_keys[] = {
    {"listen.http", [](const config& a, const config& b) { return a.listen.http == b.listen.http; },
     &put_back_addresses},
    fixed("listen.unix", [](auto& c) -> auto& { return c.listen.unix_path; }),
    fixed("listen.unix_mode", [](auto& c) -> auto& { return c.listen.unix_mode; }),
    fixed("listen.threads", [](auto& c) -> auto& { return c.listen.threads; }),
    fixed("admin.http", [](auto& c) -> auto& { return c.admin; }),
    fixed("metrics.http", [](auto& c) -> auto& { return c.metrics; }),
    fixed("identity.key_file", [](auto& c) -> auto& { return c.key_file; }),
    fixed("spool.path", [](auto& c) -> auto& { return c.spool.path; }),
    fixed("spool.durability", [](auto& c) -> auto& { return c.spool.durability; }),
    fixed("spool.dedupe.window", [](auto& c) -> auto& { return c.spool.dedupe_window; }),
    fixed("spool.dedupe.max_keys", [](auto& c) -> auto& { return c.spool.dedupe_max_keys; }),
    fixed("audit.record", [](auto& c) { return std::tie(c.audit.record, c.ingest.audit_drops); }),
    {"audit.path",
     [](const config& a, const config& b) { return own_audit_path(a) == own_audit_path(b); },
     [](config& fresh, const config& running) { fresh.audit.directory = running.audit.directory; }},
    fixed("audit.retention", [](auto& c) -> auto& { return c.audit.retention; }),
    fixed("audit.event_id", [](auto& c) -> auto& { return c.audit.plain_event_ids; }),
    fixed("audit.max_bytes", [](auto& c) -> auto& { return c.audit.max_bytes; }),
    fixed("log.format", [](auto& c) -> auto& { return c.log.format; }),
};

} // namespace

std::vector<std::string> keep_fixed(config& fresh, const config& running) {
    // All are compared first, because one may be seen in what another sets.
    std::vector<const fixed_key*> changed;
    for (const auto& key : fixed_keys) {
        if (!key.same(fresh, running)) {
            changed.push_back(&key);
        }
    }
    std::vector<std::string> names;
    for (const auto& key : fixed_keys) {
        key.put_back(fresh, running);
    }
    for (const auto* key : changed) {
        names.emplace_back(key->name);
    }
    return names;
}

secrets_of_now reread_secrets(const config& running) {
    secrets_of_now now{running.access_tokens, running.upstream.proxy, {}};
    const auto read = [&](std::string key, const std::string& file, secret_rule rule,
                          core::secret_string& into) {
        auto secret = read_secret_file(file, rule);
        if (secret.has_error()) {
            now.found.push_back({0, 0, std::move(key), std::string(secret.error())});
        } else {
            into = std::move(*secret);
        }
    };
    for (const auto& [pixel, file] : running.access_token_files) {
        read("pixels[" + pixel + "].access_token_file", file, &fault_of_token,
             now.access_tokens[pixel]);
    }
    if (now.proxy && !running.proxy_credentials_file.empty()) {
        read("relay.proxy_credentials_file", running.proxy_credentials_file, &fault_of_credentials,
             now.proxy->credentials);
    }
    return now;
}

} // namespace gatepost::config
