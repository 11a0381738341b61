#include "sections.hpp"

#include <gatepost/identity/normalise.hpp>

#include <utility>

namespace gatepost::config {
namespace {

constexpr std::int64_t many = 1'000'000;

} // namespace

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

void read_identity(section& file, config& into, secret_reading& how) {
    auto identity = file.inside("identity");
    identity.text("default_region", into.identity.default_region);
    const auto& region = into.identity.default_region;
    if (!region.empty() && !has_phones(region)) {
        identity.wrong("default_region",
                       "expected a country code of two letters with phone numbers of its own, such "
                       "as US");
    }
    identity.text("key_file", into.key_file);
    if (how.allowed == secrets::read && !into.key_file.empty()) {
        advise_about_mode(identity, "key_file", into.key_file, how);
    }
    identity.texts("placeholders", into.identity.placeholders);
}

// A key that cannot be read is a fault: the events would stand in the clear.
void read_spool_keys(section& spool, config& into, secret_reading& how) {
    auto& file = into.spool_key_file;
    spool.text("key_file", file);
    if (file.empty() || how.allowed == secrets::ignore) {
        return;
    }
    auto keys = read_secret_file(file, &spool::key_ring::parse);
    if (keys) {
        into.spool.keys = std::move(*keys);
        advise_about_mode(spool, "key_file", file, how);
        return;
    }
    auto fault = spool.at("key_file", std::string(keys.error()));
    if (how.running != nullptr && how.running->spool_key_file == file) {
        into.spool.keys = how.running->spool.keys;
        how.kept.push_back(std::move(fault));
    } else {
        spool.found().push_back(std::move(fault));
    }
}

void read_spool(section& file, config& into, secret_reading& how) {
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
    read_spool_keys(spool, into, how);
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
    file.inside("debug").flag("core_dumps", into.core_dumps);
}

} // namespace gatepost::config
