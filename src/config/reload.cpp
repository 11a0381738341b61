#include "listener_tokens.hpp"
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
    fixed("debug.core_dumps", [](auto& c) -> auto& { return c.core_dumps; }),
};

// Where a daemon listens may be known to systemd alone, or wait for a restart itself: whether it is
// safe to ask for no token any more can only be told at a start.
template <class Place>
bool goes_on_asking(config& fresh, const config& running, Place place_of) {
    auto now = place_of(fresh);
    const auto before = place_of(running);
    if (!std::get<0>(now).empty() || std::get<0>(before).empty()) {
        return false;
    }
    now = before;
    return true;
}

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
    if (goes_on_asking(fresh, running, application_tokens)) {
        names.emplace_back("auth.token_file");
    }
    if (goes_on_asking(fresh, running, operator_tokens)) {
        names.emplace_back("admin.token_file");
    }
    return names;
}

secrets_of_now reread_secrets(const config& running) {
    secrets_of_now now{.access_tokens = running.access_tokens,
                       .proxy = running.upstream.proxy,
                       .ingest_tokens = running.ingest.door.tokens,
                       .admin_tokens = running.admin_tokens,
                       .spool_keys = running.spool.keys,
                       .found = {}};
    // Gives `use` what the file holds now; nothing to do without a file.
    const auto read = [&](std::string key, const std::string& file, auto parse, auto use) {
        if (file.empty()) {
            return;
        }
        if (auto secret = read_secret_file(file, parse)) {
            use(std::move(*secret));
        } else {
            now.found.push_back({0, 0, std::move(key), std::string(secret.error())});
        }
    };
    for (const auto& [pixel, file] : running.access_token_files) {
        read("pixels[" + pixel + "].access_token_file", file, &parse_token,
             [&, &token = now.access_tokens[pixel]](auto read) { token = std::move(read); });
    }
    if (now.proxy) {
        read("relay.proxy_credentials_file", running.proxy_credentials_file, &parse_credentials,
             [&](auto read) { now.proxy->credentials = std::move(read); });
    }
    read("auth.token_file", running.auth_token_file, &parse_listener_tokens,
         [&](auto read) { now.ingest_tokens = std::move(read.accepted); });
    read("admin.token_file", running.admin_token_file, &parse_listener_tokens,
         [&](auto read) { now.admin_tokens = std::move(read.accepted); });
    read("spool.key_file", running.spool_key_file, &spool::key_ring::parse,
         [&](auto read) { now.spool_keys = std::move(read); });
    return now;
}

} // namespace gatepost::config
