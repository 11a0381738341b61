// What a configuration that is read anew may change while the daemon runs.

#include "loading.hpp"

#include <gatepost/config/reload.hpp>

#include <yaml-cpp/yaml.h>

#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

using namespace gatepost;
using words = std::vector<std::string>;

namespace {

enum class change { reloads, restarts, later };

struct other_value {
    change takes;
    std::string value; // valid, and not the one that config/gatepost.yaml has
};

// Every key there is. One that is missing here fails a test: someone has to think about it.
const std::map<std::string, other_value> every_key{
    {"listen.http", {change::restarts, "[127.0.0.2:8787, '[::1]:8787']"}},
    {"listen.unix", {change::restarts, "/run/gatepost/ingest.sock"}},
    {"listen.unix_mode", {change::restarts, "'0600'"}},
    {"listen.allowed_uids", {change::reloads, "[1000]"}},
    {"listen.allowed_hosts", {change::reloads, "[gatepost.internal]"}},
    {"listen.allowed_origins", {change::reloads, "['https://shop.example']"}},
    {"listen.trusted_proxies", {change::reloads, "[10.0.0.0/8]"}},
    {"listen.threads", {change::restarts, "2"}},
    {"listen.max_body", {change::reloads, "1MiB"}},
    {"listen.max_header", {change::reloads, "16KiB"}},
    {"listen.max_connections", {change::reloads, "10"}},
    {"listen.request_timeout", {change::reloads, "5s"}},
    {"listen.idle_timeout", {change::reloads, "5s"}},
    {"admin.http", {change::restarts, "127.0.0.1:9788"}},
    {"admin.token_file", {change::reloads, "/t"}},
    {"admin.token_env", {change::reloads, "T"}},
    {"metrics.http", {change::restarts, "0.0.0.0:9090"}},
    {"auth.token_file", {change::reloads, "/t"}},
    {"auth.token_env", {change::reloads, "T"}},
    {"pixels.id", {change::reloads, "C0OTHER0PIXEL0CODE00"}},
    {"pixels.source", {change::reloads, "crm"}},
    {"pixels.api", {change::reloads, "pixel"}},
    {"pixels.mode", {change::reloads, "observe"}},
    {"pixels.access_token_env", {change::reloads, "OTHER"}},
    {"pixels.test_event_code", {change::reloads, "TEST1"}},
    {"pixels.controller", {change::reloads, "brand"}},
    {"pixels.hosts", {change::reloads, "[shop.example]"}},
    {"pixels.deny_events", {change::reloads, "[Purchase]"}},
    {"pixels.deny_properties", {change::reloads, "[query]"}},
    {"pixels.send_ip", {change::reloads, "false"}},
    {"pixels.max_spool_bytes", {change::reloads, "64MiB"}},
    {"pixels.consent", {change::reloads, "{gpc: everywhere}"}},
    {"events.max_age.web", {change::reloads, "1d"}},
    {"events.max_age.app", {change::reloads, "1d"}},
    {"events.max_age.offline", {change::reloads, "1d"}},
    {"events.max_age.crm", {change::reloads, "1d"}},
    {"events.names", {change::reloads, "map"}},
    {"events.strip_query", {change::reloads, "[]"}},
    {"events.strip_emails", {change::reloads, "false"}},
    {"consent.tcf.vendor", {change::reloads, "1"}},
    {"consent.tcf.consent", {change::reloads, "[1]"}},
    {"consent.tcf.legitimate_interest", {change::reloads, "[8]"}},
    {"consent.tcf.flexible", {change::reloads, "[7]"}},
    {"consent.tcf.vendor_not_disclosed", {change::reloads, "denied"}},
    {"consent.regime.country_header", {change::reloads, "CF-IPCountry"}},
    {"consent.regime.region_header", {change::reloads, "CF-Region-Code"}},
    {"consent.regime.geoip_file",
     {change::reloads, GATEPOST_SOURCE_DIR "/tests/data/geoip/test.mmdb"}},
    {"consent.regime.default", {change::reloads, "opt_out"}},
    {"consent.regime.countries", {change::reloads, "{US-CA: opt_in}"}},
    {"consent.regime.force", {change::reloads, "opt_in"}},
    {"consent.us_opt_out", {change::reloads, "limited"}},
    {"consent.gpc", {change::reloads, "everywhere"}},
    {"consent.dnt", {change::reloads, "deny"}},
    {"consent.ac.provider_ids", {change::reloads, "[1]"}},
    {"consent.max_age", {change::reloads, "30d"}},
    {"consent.max_age_by_country.FR", {change::reloads, "30d"}},
    {"consent.minor_age", {change::reloads, "16"}},
    {"consent.catalog", {change::reloads, "{klaro: {marketing: [mine]}}"}},
    {"consent.cookies",
     {change::reloads, "[{name: b, cookie: c, shape: plain, granted: y, denied: n}]"}},
    {"consent.ignore", {change::reloads, "[cookiebot]"}},
    {"consent.header", {change::reloads, "X-Other"}},
    {"identity.default_region", {change::reloads, "US"}},
    {"identity.key_file", {change::restarts, "/k"}},
    {"identity.placeholders", {change::reloads, "[]"}},
    {"spool.engine", {change::later, ""}},
    {"spool.path", {change::restarts, "/s"}},
    {"spool.durability", {change::restarts, "power"}},
    {"spool.max_bytes", {change::reloads, "2GiB"}},
    {"spool.retention", {change::reloads, "1d"}},
    {"spool.dead_letter_retention", {change::reloads, "1d"}},
    {"spool.dedupe.window", {change::restarts, "1h"}},
    {"spool.dedupe.max_keys", {change::restarts, "9"}},
    {"spool.key_file", {change::reloads, "/k"}},
    {"relay.endpoint", {change::reloads, "http://127.0.0.1:8789"}},
    {"relay.ca_file", {change::reloads, "/ca.pem"}},
    {"relay.proxy", {change::reloads, "http://proxy:3128"}},
    {"relay.proxy_credentials_file", {change::reloads, "/run/secrets/proxy"}},
    {"relay.proxy_credentials_env", {change::reloads, "PROXY_CREDENTIALS"}},
    {"relay.connections", {change::reloads, "2"}},
    {"relay.connection_age", {change::reloads, "1m"}},
    {"relay.batch.max_events", {change::reloads, "10"}},
    {"relay.batch.max_bytes", {change::reloads, "64KiB"}},
    {"relay.batch.linger", {change::reloads, "0"}},
    {"relay.timeout.connect", {change::reloads, "1s"}},
    {"relay.timeout.request", {change::reloads, "1s"}},
    {"relay.retry.first", {change::reloads, "2s"}},
    {"relay.retry.max", {change::reloads, "2m"}},
    {"relay.breaker.failures", {change::reloads, "1"}},
    {"relay.breaker.open", {change::reloads, "2s"}},
    {"relay.breaker.max", {change::reloads, "1m"}},
    {"relay.rate", {change::reloads, "0"}},
    {"roles", {change::later, ""}},
    {"shutdown_grace", {change::reloads, "1s"}},
    {"audit.record", {change::restarts, "all"}},
    {"audit.path", {change::restarts, "/a"}},
    {"audit.retention", {change::restarts, "1d"}},
    {"audit.tc_string", {change::reloads, "full"}},
    {"audit.event_id", {change::restarts, "hash"}},
    {"audit.max_bytes", {change::restarts, "1MiB"}},
    {"log.level", {change::reloads, "debug"}},
    {"log.format", {change::restarts, "text"}},
    {"debug.core_dumps", {change::restarts, "true"}},
};

std::string shipped_text() {
    std::ifstream in(GATEPOST_SOURCE_DIR "/config/gatepost.yaml");
    std::ostringstream text;
    text << in.rdbuf();
    return std::move(text).str();
}

// Visits every key that holds a value, in the list of pixels as if there were one.
template <class Visit>
void visit_keys(const YAML::Node& node, const std::string& path, Visit&& visit) {
    for (const auto& entry : node) {
        const auto key = (path.empty() ? "" : path + ".") + entry.first.Scalar();
        const YAML::Node value = key == "pixels" ? entry.second[0] : entry.second;
        if (value.IsMap() && value.size() > 0) {
            visit_keys(value, key, visit);
        } else {
            visit(key, value);
        }
    }
}

// config/gatepost.yaml, with another value for one of its keys.
std::string with(const std::string& changed, const std::string& value) {
    auto tree = YAML::Load(shipped_text());
    if (changed == "consent.regime.region_header") {
        tree["consent"]["regime"]["country_header"] = "X-Country"; // goes beside it only
    }
    visit_keys(tree, "", [&](const std::string& key, YAML::Node node) {
        if (key == changed) {
            node = YAML::Load(value);
        }
    });
    return YAML::Dump(tree);
}

words kept(config::config& fresh, const config::config& running) {
    return config::keep_fixed(fresh, running);
}

} // namespace

TEST_CASE("reload: every key of config/gatepost.yaml reloads or waits for a restart") {
    std::set<std::string> shown;
    visit_keys(YAML::Load(shipped_text()), "",
               [&](const std::string& key, const YAML::Node&) { shown.insert(key); });
    std::set<std::string> known;
    for (const auto& [key, other] : every_key) {
        known.insert(key);
    }
    CHECK(shown == known);
}

TEST_CASE("reload: what waits for a restart is named and put back, and nothing else is") {
    const auto running = test::load(shipped_text());
    for (const auto& [key, other] : every_key) {
        if (other.takes == change::later) {
            continue;
        }
        CAPTURE(key);
        auto fresh = test::load(with(key, other.value));
        CHECK(kept(fresh, running) == (other.takes == change::restarts ? words{key} : words{}));
        CHECK(kept(fresh, running).empty());
    }
}

TEST_CASE("reload: the head of config/gatepost.yaml lists the keys that wait for a restart") {
    std::istringstream lines(shipped_text());
    std::set<std::string> listed;
    for (std::string line; std::getline(lines, line) && line.starts_with('#');) {
        if (line.starts_with("#   ")) {
            std::istringstream keys(line.substr(1));
            listed.insert(std::istream_iterator<std::string>(keys), {});
        }
    }
    std::set<std::string> fixed;
    for (const auto& [key, other] : every_key) {
        if (other.takes == change::restarts) {
            fixed.insert(key);
        }
    }
    CHECK(listed == fixed);
}

TEST_CASE("reload: what is put back is what was, and the rest is new") {
    const auto running = test::load(test::least + R"(
listen: {http: "127.0.0.1:8787", unix: /run/a.sock, unix_mode: "0600", threads: 2, max_body: 1MiB}
admin: {http: "127.0.0.1:1"}
metrics: {http: "0.0.0.0:2"}
identity: {key_file: /k}
spool: {path: /s, durability: power, max_bytes: 1GiB, dedupe: {window: 1h, max_keys: 7}}
audit: {record: all, retention: 3d, max_bytes: 2MiB, event_id: hash}
log: {level: info, format: text}
)");
    auto fresh = test::load("pixels: [{id: Q, access_token_env: T}]\n" + std::string(R"(
listen: {http: ["127.0.0.9:9", "[::1]:9"], allowed_hosts: [new.example], max_body: 2MiB}
spool: {max_bytes: 2GiB}
log: {level: debug}
)"));
    CHECK(kept(fresh, running) ==
          words{"listen.http", "listen.unix", "listen.unix_mode", "listen.threads", "admin.http",
                "metrics.http", "identity.key_file", "spool.path", "spool.durability",
                "spool.dedupe.window", "spool.dedupe.max_keys", "audit.record", "audit.retention",
                "audit.event_id", "audit.max_bytes", "log.format"});
    CHECK(fresh.listen.http == std::vector<net::listen_address>{{"127.0.0.1", 8787}});
    CHECK(fresh.listen.unix_path == "/run/a.sock");
    CHECK(fresh.listen.unix_mode == 0600);
    CHECK(fresh.listen.threads == 2);
    CHECK(fresh.admin == net::listen_address{"127.0.0.1", 1});
    CHECK(fresh.metrics == net::listen_address{"0.0.0.0", 2});
    CHECK(fresh.key_path() == "/k");
    CHECK(fresh.registry_path() == "/s/registry.db");
    CHECK(fresh.spool.durability == spool::durability::power);
    CHECK(fresh.spool.dedupe_window == std::chrono::hours(1));
    CHECK(fresh.spool.dedupe_max_keys == 7);
    CHECK(fresh.audit.record == ledger::audit_record::all);
    CHECK(fresh.ingest.audit_drops);
    CHECK(fresh.audit.directory == "/s/audit");
    CHECK(fresh.audit.retention == std::chrono::hours(72));
    CHECK(fresh.audit.max_bytes == core::mebibytes(2));
    CHECK_FALSE(fresh.audit.plain_event_ids);
    CHECK(fresh.log.format == observe::log_format::text);

    CHECK(fresh.ingest.pixels.at(0).id == "Q");
    CHECK(fresh.listen.limits.max_body == core::mebibytes(2));
    CHECK(fresh.spool.limits.max_bytes == core::gibibytes(2));
    CHECK(fresh.log.level == observe::level::debug);
}

TEST_CASE("reload: the daemon is asked by the names it listens on, not by those that wait") {
    const auto running = test::load(test::least + "listen: {http: \"127.0.0.1:8787\"}");
    auto fresh =
        test::load(test::least +
                   "listen: {http: [\"127.0.0.1:1\", \"[::1]:2\"], allowed_hosts: [new.example]}");
    kept(fresh, running);
    CHECK(fresh.ingest.door.allowed_hosts == words{"new.example", "127.0.0.1:8787"});
}

TEST_CASE("reload: an audit.path that follows the spool is not named beside it") {
    const auto running = test::load(test::least + "spool: {path: /s}");
    auto fresh = test::load(test::least + "spool: {path: /t}");
    CHECK(kept(fresh, running) == words{"spool.path"});
    CHECK(fresh.audit.directory == "/s/audit");
}
