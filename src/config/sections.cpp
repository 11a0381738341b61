#include "sections.hpp"

#include <gatepost/core/text.hpp>
#include <gatepost/identity/normalise.hpp>

#include <algorithm>

namespace gatepost::config {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t many = 1'000'000;

std::optional<unsigned> parse_mode(std::string_view text) {
    unsigned mode = 0;
    for (const char digit : text) {
        if (digit < '0' || digit > '7') {
            return std::nullopt;
        }
        mode = mode * 8 + static_cast<unsigned>(digit - '0');
    }
    return text.empty() || mode > 0777 ? std::nullopt : std::optional(mode);
}

// One address or a list of them.
void read_addresses(section& from, const std::string& key,
                    std::vector<net::listen_address>& target) {
    if (!from.has(key)) {
        return;
    }
    const auto problems_before = from.found().size();
    std::vector<net::listen_address> read;
    const auto take = [&](const YAML::Node& item, const std::string& path) {
        const auto address =
            item.IsScalar() ? net::parse_listen_address(item.Scalar()) : std::nullopt;
        if (address) {
            read.push_back(*address);
        } else {
            from.found().push_back(
                problem_at(item, path,
                           "expected an address and a port, such as 127.0.0.1:8787 or [::1]:8787"));
        }
    };
    if (from.node(key).IsSequence()) {
        from.each_item(key, take);
    } else {
        take(from.node(key), from.path_of(key));
    }
    if (from.found().size() == problems_before) {
        target = std::move(read);
    }
}

// Where a secret is not asked for yet, only loopback is safe.
void require_loopback(section& from, const std::string& key, const net::listen_address& address) {
    if (!address.is_loopback()) {
        from.wrong(key, "an address off loopback needs a token file, which is not available yet");
    }
}

void read_door(section& listen, ingest::options& into) {
    listen.texts("allowed_hosts", into.door.allowed_hosts);
    for (const auto& host : into.door.allowed_hosts) {
        if (!net::host_without_port(host)) {
            listen.wrong("allowed_hosts", "expected host names, such as gatepost.internal");
            break;
        }
    }
    listen.texts("allowed_origins", into.door.allowed_origins);
    for (const auto& origin : into.door.allowed_origins) {
        if (!net::parse_endpoint(origin)) {
            listen.wrong("allowed_origins", "expected origins, such as https://shop.example");
            break;
        }
    }
    listen.each_item("trusted_proxies", [&](const YAML::Node& item, const std::string& path) {
        if (!item.IsScalar() || !into.trusted_proxies.add(item.Scalar())) {
            listen.found().push_back(
                problem_at(item, path, "expected an address or a network such as 10.0.0.0/8"));
        }
    });
}

} // namespace

void read_listen(section& file, config& into) {
    {
        auto listen = file.inside("listen");
        auto& to = into.listen;
        read_addresses(listen, "http", to.http);
        for (const auto& address : to.http) {
            require_loopback(listen, "http", address);
        }
        listen.text("unix", to.unix_path);
        listen.parsed("unix_mode", to.unix_mode, &parse_mode, "permissions such as \"0660\"");
        listen.later("allowed_uids", "[]");
        read_door(listen, into.ingest);
        listen.number("threads", to.threads, 1, 64);
        listen.size("max_body", to.limits.max_body, core::kibibytes(1), core::gibibytes(1));
        listen.size("max_header", to.limits.max_header, core::kibibytes(1), core::mebibytes(1));
        listen.number("max_connections", to.limits.max_connections, 1, many);
        listen.duration("request_timeout", to.limits.request_timeout, milliseconds(100));
        listen.duration("idle_timeout", to.limits.idle_timeout, milliseconds(100));
        if (to.http.empty() && to.unix_path.empty()) {
            listen.wrong("http", "nothing to listen on: give http or unix");
        }
        // A name the daemon was told to listen on is a name it may be asked by.
        for (const auto& address : to.http) {
            into.ingest.door.allowed_hosts.push_back(address.authority());
        }
    }
    {
        auto admin = file.inside("admin");
        admin.parsed("http", into.admin, &net::parse_listen_address, "an address and a port");
        require_loopback(admin, "http", into.admin);
        admin.later("token_file", "\"\"");
    }
    auto metrics = file.inside("metrics");
    std::string address;
    metrics.text("http", address);
    if (!address.empty()) {
        into.metrics = net::parse_listen_address(address);
        if (!into.metrics) {
            metrics.wrong("http", "expected an address and a port, such as 0.0.0.0:9090");
        }
    }
    file.inside("auth").later("token_file", "\"\"");
}

void read_events(section& file, config& into) {
    auto events = file.inside("events");
    {
        auto max_age = events.inside("max_age");
        max_age.seconds("web", into.ingest.max_age.web);
        max_age.seconds("app", into.ingest.max_age.app);
        max_age.seconds("offline", into.ingest.max_age.offline);
        max_age.seconds("crm", into.ingest.max_age.crm);
    }
    events.choice("names", into.ingest.map_names, {{"keep", false}, {"map", true}});
    events.texts("strip_query", into.url_cleaning.strip_query);
    events.flag("strip_emails", into.url_cleaning.strip_emails);
}

// Of a region without them every national number would be left out.
bool has_phones(std::string_view region) {
    const auto read = identity::normalise_phone("0", region);
    return read || read.error() != identity::phone_problem::unknown_region;
}

void read_identity(section& file, config& into) {
    auto identity = file.inside("identity");
    identity.text("default_region", into.identity.default_region);
    const auto& region = into.identity.default_region;
    if (!region.empty() && !has_phones(region)) {
        identity.wrong("default_region",
                       "expected a country code of two letters with phone numbers of its own, such "
                       "as US");
    }
    identity.text("key_file", into.key_file);
    identity.texts("placeholders", into.identity.placeholders);
}

void read_spool(section& file, config& into) {
    auto spool = file.inside("spool");
    spool.later("engine", "sqlite");
    spool.later("accept_loss", "false");
    spool.later("fallback", "\"\"");
    spool.later("nats", "{}");
    spool.text("path", into.spool.path);
    if (into.spool.path.empty()) {
        spool.wrong("path", "a directory is needed");
    }
    spool.choice("durability", into.spool.durability,
                 {{"process", spool::durability::process}, {"power", spool::durability::power}});
    spool.size("max_bytes", into.spool.limits.max_bytes, core::mebibytes(1));
    spool.duration("retention", into.spool.limits.retention, std::chrono::seconds(1));
    spool.duration("dead_letter_retention", into.spool.limits.dead_letter_retention,
                   std::chrono::seconds(1));
    {
        auto dedupe = spool.inside("dedupe");
        dedupe.duration("window", into.spool.dedupe_window, std::chrono::seconds(1));
        dedupe.number("max_keys", into.spool.dedupe_max_keys, 1, 100 * many);
    }
    spool.later("key_file", "\"\"");
}

void read_audit(section& file, config& into) {
    auto audit = file.inside("audit");
    using ledger::audit_record;
    audit.choice(
        "record", into.audit.record,
        {{"all", audit_record::all}, {"sends", audit_record::sends}, {"none", audit_record::none}});
    into.ingest.audit_drops = into.audit.record == audit_record::all;
    audit.text("path", into.audit.directory);
    if (into.audit.directory.empty()) {
        into.audit.directory = into.spool.path + "/audit";
    }
    audit.seconds("retention", into.audit.retention);
    using ingest::tc_string_proof;
    audit.choice("tc_string", into.ingest.tc_string,
                 {{"hash", tc_string_proof::hash},
                  {"full", tc_string_proof::full},
                  {"none", tc_string_proof::none}});
    audit.choice("event_id", into.audit.plain_event_ids, {{"plain", true}, {"hash", false}});
    audit.size("max_bytes", into.audit.max_bytes, core::mebibytes(1));
}

void read_process(section& file, config& into) {
    file.later("roles", "[ingest, relay]");
    file.duration("shutdown_grace", into.shutdown_grace);
    {
        auto log = file.inside("log");
        using observe::level;
        log.choice("level", into.log.level,
                   {{"debug", level::debug},
                    {"info", level::info},
                    {"warn", level::warn},
                    {"error", level::error}});
        log.choice("format", into.log.format,
                   {{"json", observe::log_format::json}, {"text", observe::log_format::text}});
    }
    file.inside("debug").later("core_dumps", "false");
}

} // namespace gatepost::config
