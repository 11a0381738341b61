// What a configuration says that says nothing: the defaults of the contract.

#include "loading.hpp"

#include <yaml-cpp/yaml.h>

#include <fstream>
#include <sstream>
#include <support/temporary_directory.hpp>

using namespace gatepost;
using namespace std::chrono_literals;
using test::load;

namespace {

config::config shipped(const std::string& name) {
    auto result = config::load_file(GATEPOST_SOURCE_DIR "/config/" + name, config::secrets::ignore);
    if (result.has_error()) {
        FAIL(config::format(result.error().front(), name));
    }
    return std::move(*result);
}

// The paths of all keys, lists of mappings by their first item.
void collect_keys(const YAML::Node& node, const std::string& path, std::vector<std::string>& into) {
    if (node.IsSequence() && node.size() > 0) {
        return collect_keys(node[0], path + "[0]", into);
    }
    if (!node.IsMap()) {
        return;
    }
    for (const auto& entry : node) {
        const auto key = (path.empty() ? "" : path + ".") + entry.first.Scalar();
        into.push_back(key);
        collect_keys(entry.second, key, into);
    }
}

} // namespace

TEST_CASE("config: the contract's defaults, left out and as config/gatepost.yaml writes them") {
    const auto given = GENERATE(false, true);
    CAPTURE(given);
    const auto read = given ? shipped("gatepost.yaml") : load(test::least);

    CHECK(read.listen.http == std::vector<net::listen_address>{{"127.0.0.1", 8787}});
    CHECK(read.listen.unix_path.empty());
    CHECK(read.listen.unix_mode == 0660);
    CHECK(read.listen.threads == 1);
    CHECK(read.listen.limits.max_body == core::mebibytes(4));
    CHECK(read.listen.limits.max_header == core::kibibytes(32));
    CHECK(read.listen.limits.max_connections == 1024);
    CHECK(read.listen.limits.request_timeout == 10s);
    CHECK(read.listen.limits.idle_timeout == 75s);
    CHECK(read.admin == net::listen_address{"127.0.0.1", 8788});
    CHECK_FALSE(read.metrics);
    CHECK(read.ingest.door.allowed_uids.empty());
    CHECK(read.ingest.door.tokens.empty());
    CHECK(read.auth_token_file.empty());
    CHECK(read.auth_token_env.empty());
    CHECK(read.admin_tokens.empty());
    CHECK(read.admin_token_file.empty());
    CHECK(read.admin_token_env.empty());
    CHECK(read.spool.keys.empty());
    CHECK(read.spool_key_file.empty());
    CHECK_FALSE(read.core_dumps);
    CHECK(read.advice.empty());

    REQUIRE(read.ingest.pixels.size() == 1);
    CHECK(read.ingest.pixels[0].controller == "default");
    CHECK(read.ingest.pixels[0].test_event_code.empty());
    CHECK(read.ingest.pixels[0].source == event::source::web);
    CHECK(read.ingest.pixels[0].api == tiktok::api::event);
    CHECK_FALSE(read.ingest.pixels[0].observes);
    CHECK(read.ingest.pixels[0].hosts.empty());
    CHECK(read.ingest.pixels[0].deny_events.empty());
    CHECK(read.ingest.pixels[0].deny_properties.empty());
    CHECK(read.ingest.pixels[0].send_ip);
    CHECK(read.spool.limits.max_bytes_of_pixel.empty());
    CHECK(read.ingest.max_age.web == 168h);
    CHECK(read.ingest.max_age.app == 168h);
    CHECK(read.ingest.max_age.offline == 672h);
    CHECK(read.ingest.max_age.crm == 672h);
    CHECK_FALSE(read.ingest.map_names);
    CHECK(read.relay.rate == 50);
    CHECK(read.ingest.door.allowed_origins.empty());
    CHECK(read.url_cleaning.strip_emails);
    CHECK(read.url_cleaning.strip_query ==
          std::vector<std::string>{"email", "e-mail", "phone", "name", "token"});

    CHECK(read.consent.options.tcf.vendor == 986);
    CHECK(read.consent.options.tcf.consent == std::vector{1, 3, 4});
    CHECK(read.consent.options.tcf.legitimate_interest == std::vector{7});
    CHECK(read.consent.options.tcf.flexible.empty());
    CHECK(read.consent.options.tcf.vendor_not_disclosed == consent::state::undecided);
    CHECK(read.consent.options.regime.country_header.empty());
    CHECK(read.consent.options.regime.region_header.empty());
    CHECK(read.consent.options.regime.addresses == nullptr);
    CHECK(read.consent.options.regime.fallback == consent::regime::opt_in);
    CHECK(read.consent.options.regime.countries.empty());
    CHECK_FALSE(read.consent.options.regime.force);
    CHECK_FALSE(read.consent.options.us_opt_out_limited);
    CHECK(read.consent.options.gpc == consent::gpc_scope::opt_out_regimes);
    CHECK(read.consent.options.dnt == consent::dnt_meaning::ignore);
    CHECK(read.consent.options.ac_providers.empty());
    CHECK(read.consent.options.max_age == 395 * 24h);
    CHECK(read.consent.options.max_age_by_country ==
          std::map<std::string, std::chrono::seconds>{{"FR", 183 * 24h}});
    CHECK(read.consent.options.minor_age == 18);
    CHECK(read.consent.options.ignore.empty());
    CHECK(read.consent.options.header == "X-Consent-Marketing");
    CHECK(read.pixel_consent.empty());

    CHECK(read.identity.default_region.empty());
    CHECK(read.identity.placeholders ==
          std::vector<std::string>{"0", "guest", "anonymous", "test"});
    CHECK(read.key_path() == "/var/lib/gatepost/identity.key");

    CHECK(read.spool.path == "/var/lib/gatepost");
    CHECK(read.spool.durability == spool::durability::process);
    CHECK(read.spool.limits.max_bytes == core::gibibytes(1));
    CHECK(read.spool.limits.retention == 168h);
    CHECK(read.spool.limits.dead_letter_retention == 720h);
    CHECK(read.spool.dedupe_window == 48h);
    CHECK(read.spool.dedupe_max_keys == 500'000);

    CHECK(read.upstream.endpoint == net::endpoint{true, "business-api.tiktok.com", 443});
    CHECK(read.upstream.ca_file.empty());
    CHECK_FALSE(read.upstream.proxy);
    CHECK(read.upstream.connection_age == 10min);
    CHECK(read.upstream.connect_timeout == 3s);
    CHECK(read.upstream.request_timeout == 10s);
    CHECK(read.relay.connections == 4);
    CHECK(read.relay.batch.max_events == 1000);
    CHECK(read.relay.batch.max_bytes == core::mebibytes(1));
    CHECK(read.relay.batch.linger == 100ms);
    CHECK(read.relay.retry.first == 1s);
    CHECK(read.relay.retry.max == 5min);
    CHECK(read.relay.breaker.failures == 5);
    CHECK(read.relay.breaker.open == 1s);
    CHECK(read.relay.breaker.max == 30s);
    CHECK(read.shutdown_grace == 10s);
    CHECK(read.audit.record == ledger::audit_record::sends);
    CHECK(read.audit.directory == "/var/lib/gatepost/audit");
    CHECK(read.audit.retention == 760 * 24h);
    CHECK(read.audit.max_bytes == core::gibibytes(1));
    CHECK(read.audit.plain_event_ids);
    CHECK(read.ingest.tc_string == ingest::tc_string_proof::hash);
    CHECK(read.registry_path() == "/var/lib/gatepost/registry.db");
    CHECK(read.log.level == observe::level::info);
    CHECK(read.log.format == observe::log_format::json);
}

TEST_CASE("config: config/demo.yaml sends to the sandbox alone") {
    const auto read = shipped("demo.yaml");
    CHECK(read.upstream.endpoint.is_loopback());
    CHECK_FALSE(read.upstream.endpoint.tls);
}

TEST_CASE("config: config/gatepost.yaml shows every key there is") {
    const auto tree = YAML::LoadFile(GATEPOST_SOURCE_DIR "/config/gatepost.yaml");
    std::vector<std::string> shown;
    collect_keys(tree, "", shown);
    // A key that is far from every other one makes the reader list those it knows.
    const auto known_in = [](const std::string& section) {
        const std::string strange = "qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq: 1";
        auto yaml = test::least + section;
        yaml.replace(yaml.find("{}"), 2, "{" + strange + "}");
        const auto message = test::problems_of(yaml).at(0).message;
        return message.substr(message.rfind(": ") + 2);
    };
    const auto [section, path] = GENERATE(table<std::string, std::string>({
        {"listen: {}", "listen."},
        {"admin: {}", "admin."},
        {"metrics: {}", "metrics."},
        {"auth: {}", "auth."},
        {"events: {}", "events."},
        {"events: {max_age: {}}", "events.max_age."},
        {"consent: {}", "consent."},
        {"consent: {regime: {}}", "consent.regime."},
        {"consent: {tcf: {}}", "consent.tcf."},
        {"consent: {ac: {}}", "consent.ac."},
        {"identity: {}", "identity."},
        {"spool: {dedupe: {}}", "spool.dedupe."},
        {"relay: {}", "relay."},
        {"relay: {batch: {}}", "relay.batch."},
        {"relay: {timeout: {}}", "relay.timeout."},
        {"relay: {retry: {}}", "relay.retry."},
        {"relay: {breaker: {}}", "relay.breaker."},
        {"audit: {}", "audit."},
        {"log: {}", "log."},
        {"debug: {}", "debug."},
    }));
    CAPTURE(section);
    std::istringstream words(known_in(section));
    std::size_t count = 0;
    for (std::string word; std::getline(words >> std::ws, word, ','); ++count) {
        CAPTURE(word);
        CHECK(std::find(shown.begin(), shown.end(), path + word) != shown.end());
    }
    CHECK(count > 0);
}

TEST_CASE("config: a file that cannot be read is one problem without a place") {
    const test::temporary_directory directory;
    const auto result = config::load_file(directory.file("missing"), config::secrets::ignore);
    REQUIRE(result.has_error());
    REQUIRE(result.error().size() == 1);
    CHECK(config::format(result.error()[0], "gatepost.yaml") == "gatepost.yaml: cannot be read");
}

TEST_CASE("config: everything that is chosen is read") {
    const auto read = load(R"(
listen:
  http: ["127.0.0.1:0", "[::1]:9000", "10.0.0.7:8787"]
  allowed_uids: [0, 1000, 4294967294]
  unix: /run/gatepost/ingest.sock
  unix_mode: 0600
  allowed_hosts: [gatepost.internal]
  allowed_origins: ["https://shop.example"]
  trusted_proxies: [10.0.0.0/8, "::1"]
  threads: 2
  max_body: 64KiB
admin: {http: "0.0.0.0:8788", token_env: ADMIN}
auth: {token_file: /run/secrets/gatepost}
metrics: {http: "0.0.0.0:9090"}
pixels:
  - {id: P, access_token_env: T, test_event_code: TEST1, controller: brand}
  - {id: Q, access_token_file: /run/secrets/q}
  - {id: R, source: offline, mode: observe, hosts: [Shop.example, "*.shop.example"]}
  - id: S
    access_token_env: T
    api: pixel
    deny_events: [Purchase]
    deny_properties: [query]
    send_ip: false
    max_spool_bytes: 64MiB
events: {max_age: {web: 48h, app: 1h, offline: 2h, crm: 3h}, names: map, strip_query: [], strip_emails: false}
consent:
  tcf: {vendor: 65535, consent: [1, 2], legitimate_interest: [7, 24], flexible: [2], vendor_not_disclosed: denied}
  regime:
    country_header: CF-IPCountry
    region_header: CF-Region-Code
    default: opt_out
    countries: {ca-qc: opt_in, US: opt_out, uk: opt_out, EL-I: opt_out}
    force: opt_in
  dnt: deny
  ac: {provider_ids: [1, 1000000]}
  us_opt_out: limited
  gpc: everywhere
  max_age: 30d
  max_age_by_country: {de: 1d}
  minor_age: 16
  catalog: {klaro: {marketing: [mine]}}
  ignore: [cookiebot, header]
  header: ""
identity: {default_region: us, key_file: /k, placeholders: []}
spool: {path: /s, durability: power, max_bytes: 2GiB, retention: 1d, dedupe: {window: 1h, max_keys: 9}, key_file: /sk}
relay:
  endpoint: http://127.0.0.1:8789
  connections: 2
  rate: 0
  batch: {max_events: 10, max_bytes: 64KiB, linger: 0}
  breaker: {failures: 1, open: 10ms, max: 10ms}
shutdown_grace: 0
audit: {record: all, path: /a, retention: 1d, tc_string: full, event_id: hash, max_bytes: 1MiB}
log: {level: debug, format: text}
debug: {core_dumps: true}
)");
    CHECK(read.listen.http ==
          std::vector<net::listen_address>{{"127.0.0.1", 0}, {"::1", 9000}, {"10.0.0.7", 8787}});
    CHECK(read.ingest.door.allowed_uids == std::vector<std::uint32_t>{0, 1000, 4294967294});
    CHECK(read.auth_token_file == "/run/secrets/gatepost");
    CHECK(read.admin == net::listen_address{"0.0.0.0", 8788});
    CHECK(read.admin_token_env == "ADMIN");
    CHECK(read.listen.unix_path == "/run/gatepost/ingest.sock");
    CHECK(read.listen.unix_mode == 0600);
    CHECK(read.ingest.door.allowed_origins == std::vector<std::string>{"https://shop.example"});
    CHECK(read.ingest.trusted_proxies.contains(boost::asio::ip::make_address("10.1.1.1")));
    CHECK(read.listen.limits.max_body == core::kibibytes(64));
    CHECK(read.metrics == net::listen_address{"0.0.0.0", 9090});
    REQUIRE(read.ingest.pixels.size() == 4);
    CHECK(read.ingest.pixels[0].controller == "brand");
    CHECK(read.ingest.pixels[0].test_event_code == "TEST1");
    const auto& observed = read.ingest.pixels[2];
    CHECK(observed.source == event::source::offline);
    CHECK(observed.observes);
    CHECK(observed.hosts == std::vector<std::string>{"shop.example", "*.shop.example"});
    const auto& old = read.ingest.pixels[3];
    CHECK(old.api == tiktok::api::pixel);
    CHECK(old.deny_events == std::vector<std::string>{"Purchase"});
    CHECK(old.deny_properties == std::vector<std::string>{"query"});
    CHECK_FALSE(old.send_ip);
    CHECK(read.spool.limits.max_bytes_of_pixel ==
          std::map<std::string, core::byte_size>{{"S", core::mebibytes(64)}});
    CHECK(read.ingest.max_age.web == 48h);
    CHECK(read.ingest.max_age.app == 1h);
    CHECK(read.ingest.max_age.offline == 2h);
    CHECK(read.ingest.max_age.crm == 3h);
    CHECK(read.ingest.map_names);
    CHECK(read.url_cleaning.strip_query.empty());
    CHECK_FALSE(read.url_cleaning.strip_emails);
    CHECK(read.relay.rate == 0);
    CHECK(read.consent.options.tcf.vendor == 65535);
    CHECK(read.consent.options.tcf.consent == std::vector{1, 2});
    CHECK(read.consent.options.tcf.legitimate_interest == std::vector{7, 24});
    CHECK(read.consent.options.tcf.flexible == std::vector{2});
    CHECK(read.consent.options.tcf.vendor_not_disclosed == consent::state::denied);
    CHECK(read.consent.options.regime.country_header == "CF-IPCountry");
    CHECK(read.consent.options.regime.region_header == "CF-Region-Code");
    CHECK(read.consent.options.dnt == consent::dnt_meaning::deny);
    CHECK(read.consent.options.ac_providers == std::vector{1, 1'000'000});
    CHECK(read.consent.options.regime.fallback == consent::regime::opt_out);
    CHECK(read.consent.options.regime.countries ==
          std::map<std::string, consent::regime, std::less<>>{{"CA-QC", consent::regime::opt_in},
                                                              {"GB", consent::regime::opt_out},
                                                              {"GR-I", consent::regime::opt_out},
                                                              {"US", consent::regime::opt_out}});
    CHECK(read.consent.options.regime.force == consent::regime::opt_in);
    CHECK(read.consent.options.us_opt_out_limited);
    CHECK(read.consent.options.gpc == consent::gpc_scope::everywhere);
    CHECK(read.consent.options.max_age_by_country ==
          std::map<std::string, std::chrono::seconds>{{"DE", 24h}});
    CHECK(read.consent.options.minor_age == 16);
    CHECK(read.consent.options.ignore == std::vector<std::string>{"cookiebot", "header"});
    CHECK(read.consent.options.header.empty());
    CHECK(read.identity.placeholders.empty());
    CHECK(read.key_path() == "/k");
    CHECK(read.spool.durability == spool::durability::power);
    CHECK(read.spool.dedupe_max_keys == 9);
    CHECK(read.spool_key_file == "/sk");
    CHECK(read.core_dumps);
    CHECK(read.relay.batch.linger == 0ms);
    CHECK(read.relay.breaker.max == 10ms);
    CHECK(read.shutdown_grace == 0ms);
    CHECK(read.audit.record == ledger::audit_record::all);
    CHECK(read.audit.directory == "/a");
    CHECK(read.audit.retention == 24h);
    CHECK(read.audit.max_bytes == core::mebibytes(1));
    CHECK_FALSE(read.audit.plain_event_ids);
    CHECK(read.ingest.tc_string == ingest::tc_string_proof::full);
    CHECK(read.registry_path() == "/s/registry.db");
    CHECK(read.log.level == observe::level::debug);
    CHECK(read.log.format == observe::log_format::text);
}

TEST_CASE("config: the address that the daemon listens on is a host it may be asked by") {
    const auto read = load(test::least + "listen: {http: \"127.0.0.1:8787\"}");
    net::request_head head;
    head.headers = {{"Host", "127.0.0.1:8787"}};
    CHECK_FALSE(read.ingest.door.refuse(head));
}
