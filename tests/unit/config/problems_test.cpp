#include "loading.hpp"

using namespace gatepost;
using Catch::Matchers::Contains;
using test::least;
using test::problem_at_mark;
using test::problems_of;

TEST_CASE("config: every problem has its line, its column, its key and what is expected") {
    const auto [yaml, key, message] = GENERATE(table<std::string, std::string, std::string>({
        {"listen:\n  threads: ^0\n", "listen.threads", "from 1 to 64"},
        {"listen:\n  threads: ^many\n", "listen.threads", "whole number"},
        {"listen: {threads: ^[1]}", "listen.threads", "single value"},
        {"listen: {http: ^localhost:80}", "listen.http", "127.0.0.1:8787"},
        {"listen: {http: [127.0.0.1:1, ^nowhere]}", "listen.http[1]", "127.0.0.1:8787"},
        {"listen: {http: ^[]}", "listen.http", "nothing to listen on"},
        {"listen: {http: ^0.0.0.0:8787}", "listen.http", "give auth.token_file"},
        {"listen: {http: ^[127.0.0.1:1, \"[::]:2\"]}", "listen.http", "give auth.token_file"},
        // The operators' token opens no door for applications, and the other way round.
        {"admin: {token_file: /t}\nlisten: {http: ^0.0.0.0:8787}", "listen.http", "auth."},
        {"auth: {token_file: /t}\nadmin: {http: ^0.0.0.0:8788}", "admin.http", "admin."},
        {"listen: {allowed_uids: ^www-data}", "listen.allowed_uids", "list"},
        {"listen: {allowed_uids: [0, ^-1]}", "listen.allowed_uids[1]", "a user of this machine"},
        {"listen: {allowed_uids: [^4294967295]}", "listen.allowed_uids[0]", "a user"},
        {"listen: {allowed_uids: [^4294967296]}", "listen.allowed_uids[0]", "a user"},
        {"listen: {allowed_uids: [^\"\"]}", "listen.allowed_uids[0]", "a user"},
        {"listen: {allowed_uids: [^[7]]}", "listen.allowed_uids[0]", "a user"},
        {"listen: {unix_mode: ^\"0999\"}", "listen.unix_mode", "0660"},
        {"listen: {max_body: ^4MB}", "listen.max_body", "4MiB"},
        {"listen: {max_body: ^1B}", "listen.max_body", "from 1KiB to"},
        {"listen: {request_timeout: ^10}", "listen.request_timeout", "10s"},
        {"listen: {request_timeout: ^-10s}", "listen.request_timeout", "10s"},
        {"listen: {idle_timeout: ^99999999999999999999d}", "listen.idle_timeout", "duration"},
        {"listen: {allowed_hosts: ^[\"a b:c\"]}", "listen.allowed_hosts", "host names"},
        {"listen: {allowed_origins: ^[shop.example]}", "listen.allowed_origins", "https://"},
        {"listen: {trusted_proxies: [10.0.0.0/8, ^nobody]}", "listen.trusted_proxies[1]",
         "10.0.0.0/8"},
        {"listen: ^7", "listen", "mapping"},
        {"admin: {http: ^0.0.0.0:8788}", "admin.http", "give admin.token_file"},
        {"admin: {token_file: ^/a, token_env: B}", "admin.token_file", "give one of"},
        {"auth: {token_file: ^/a, token_env: B}", "auth.token_file", "give one of"},
        {"auth: {token_file: ^[/a]}", "auth.token_file", "single value"},
        {"auth: {^token: s3cret}", "auth.token", "known here: token_file, token_env"},
        {"spool: {key_file: ^{}}", "spool.key_file", "single value"},
        {"debug: {core_dumps: ^yes}", "debug.core_dumps", "true, false"},
        {"metrics: {http: ^everywhere}", "metrics.http", "0.0.0.0:9090"},
        {"events: {max_age: {web: ^0}}", "events.max_age.web", "from 1s to"},
        {"events: {strip_query: ^email}", "events.strip_query", "list"},
        {"events: {strip_emails: ^maybe}", "events.strip_emails", "true, false"},
        {"events: {names: ^ga4}", "events.names", "keep, map"},
        {"events: {max_age: {crm: ^1y}}", "events.max_age.crm", "duration"},
        {"relay: {rate: ^-1}", "relay.rate", "from 0 to 1000"},
        {"consent: {tcf: {vendor: ^0}}", "consent.tcf.vendor", "from 1 to 65535"},
        {"consent: {tcf: {vendor: ^65536}}", "consent.tcf.vendor", "from 1 to 65535"},
        {"consent: {tcf: {consent: ^1}}", "consent.tcf.consent", "list"},
        {"consent: {tcf: {consent: [1, ^25]}}", "consent.tcf.consent[1]", "from 1 to 24"},
        {"consent: {tcf: {legitimate_interest: [^0]}}", "consent.tcf.legitimate_interest[0]",
         "from 1 to 24"},
        {"consent: {tcf: {legitimate_interest: ^[1]}}", "consent.tcf.legitimate_interest",
         "purpose 1 is for consent alone"},
        {"consent: {tcf: {legitimate_interest: ^[3]}}", "consent.tcf.legitimate_interest",
         "purpose 3 is for consent alone"},
        {"consent: {tcf: {legitimate_interest: ^[5]}}", "consent.tcf.legitimate_interest",
         "purpose 5 is for consent alone"},
        {"consent: {tcf: {legitimate_interest: ^[7, 6]}}", "consent.tcf.legitimate_interest",
         "purpose 6 is for consent alone"},
        {"consent: {tcf: {consent: [2], legitimate_interest: ^[2]}}",
         "consent.tcf.legitimate_interest", "purpose 2 cannot stand under"},
        {"consent: {tcf: {consent: ^[7]}}", "consent.tcf.consent", "purpose 7 cannot stand under"},
        {"consent: {tcf: {consent: ^[], legitimate_interest: []}}", "consent.tcf.consent",
         "at least one purpose"},
        {"consent: {tcf: {flexible: ^[2]}}", "consent.tcf.flexible", "only purposes of"},
        {"consent: {tcf: {flexible: [7, ^x]}}", "consent.tcf.flexible[1]", "whole number"},
        {"consent: {tcf: {vendor_not_disclosed: ^granted}}", "consent.tcf.vendor_not_disclosed",
         "undecided, denied"},
        {"consent: {regime: {country_header: ^\"CF-IPCountry:\"}}", "consent.regime.country_header",
         "header's name"},
        {"consent: {regime: {country_header: C, region_header: ^R C}}",
         "consent.regime.region_header", "header's name"},
        {"consent: {regime: {region_header: ^X-Region}}", "consent.regime.region_header",
         "country_header"},
        {"consent: {regime: {geoip_file: ^/nowhere/GeoLite2-City.mmdb}}",
         "consent.regime.geoip_file", "No such file"},
        {"consent: {regime: {geoip_file: ^" GATEPOST_SOURCE_DIR "/tests/data/geoip/other.mmdb}}",
         "consent.regime.geoip_file", "holds no countries"},
        {"consent: {regime: {geoip_file: ^[a]}}", "consent.regime.geoip_file", "single value"},
        {"consent: {dnt: ^honour}", "consent.dnt", "ignore, deny"},
        {"consent: {ac: {provider_ids: ^1}}", "consent.ac.provider_ids", "list"},
        {"consent: {ac: {provider_ids: [1, ^0]}}", "consent.ac.provider_ids[1]", "from 1 to"},
        {"consent: {header: ^\"X Consent\"}", "consent.header", "header's name"},
        {"consent: {gpc: ^always}", "consent.gpc", "opt_out_regimes, everywhere"},
        {"consent: {us_opt_out: ^send}", "consent.us_opt_out", "drop, limited"},
        {"consent: {minor_age: ^-1}", "consent.minor_age", "from 0"},
        {"consent: {max_age: ^never}", "consent.max_age", "duration"},
        {"consent: {max_age_by_country: {FRA: ^1d}}", "consent.max_age_by_country", "FR: 183d"},
        {"consent: {max_age_by_country: {FR: ^0}}", "consent.max_age_by_country", "FR: 183d"},
        {"consent: {max_age_by_country: {FR: ^4000d}}", "consent.max_age_by_country", "FR: 183d"},
        {"consent: {max_age_by_country: {US-CA: ^1d}}", "consent.max_age_by_country", "FR: 183d"},
        {"consent: {regime: {countries: {US-California: ^opt_in}}}", "consent.regime.countries",
         "CA-QC"},
        {"consent: {regime: {default: ^opt-in}}", "consent.regime.default", "opt_in or opt_out"},
        {"consent: {regime: {force: ^none}}", "consent.regime.force", "opt_in, opt_out or nothing"},
        {"consent: {regime: {countries: {US: ^yes}}}", "consent.regime.countries", "CA-QC"},
        {"consent: {ignore: ^[cookibot]}", "consent.ignore", "did you mean cookiebot?"},
        {"consent: {catalog: ^{klaroo: {marketing: [x]}}}", "consent.catalog", "klaroo"},
        {"consent: {catalog: {klaro: {marketing: ^x}}}", "consent.catalog.klaro.marketing", "list"},
        {"identity: {default_region: ^USA}", "identity.default_region", "two letters"},
        {"identity: {default_region: ^ZZ}", "identity.default_region", "phone numbers of its own"},
        {"identity: {default_region: ^UK}", "identity.default_region", "such as US"},
        {"spool: {path: ^\"\"}", "spool.path", "directory"},
        {"spool: {durability: ^paranoid}", "spool.durability", "process, power"},
        {"spool: {max_bytes: ^1KiB}", "spool.max_bytes", "from 1MiB to"},
        {"spool: {dedupe: {max_keys: ^0}}", "spool.dedupe.max_keys", "whole number"},
        {"relay: {endpoint: ^business-api.tiktok.com}", "relay.endpoint", "https://"},
        {"relay: {endpoint: ^http://business-api.tiktok.com}", "relay.endpoint", "loopback"},
        {"relay: {endpoint: ^http://localhost.evil.example}", "relay.endpoint", "loopback"},
        {"relay: {proxy: ^ftp://proxy}", "relay.proxy", "http://proxy.internal:3128"},
        {"relay: {proxy: ^https://proxy:3128}", "relay.proxy", "https:// and socks5://"},
        {"relay: {proxy: ^[proxy]}", "relay.proxy", "single value"},
        {"relay: {proxy_credentials_file: ^/a, proxy_credentials_env: B}",
         "relay.proxy_credentials_file", "give one of"},
        {"relay: {connections: ^0}", "relay.connections", "from 1 to 256"},
        {"relay: {batch: {max_events: ^1001}}", "relay.batch.max_events", "from 1 to 1000"},
        {"relay: {retry: {first: 10s, max: ^1s}}", "relay.retry.max", "less than first"},
        {"relay: {breaker: {open: 10s, max: ^1s}}", "relay.breaker.max", "less than open"},
        {"audit: {record: ^drops}", "audit.record", "all, sends, none"},
        {"audit: {retention: ^0}", "audit.retention", "from 1s to"},
        {"audit: {tc_string: ^plain}", "audit.tc_string", "hash, full, none"},
        {"audit: {event_id: ^full}", "audit.event_id", "plain, hash"},
        {"audit: {max_bytes: ^1KiB}", "audit.max_bytes", "from 1MiB to"},
        {"shutdown_grace: ^soon", "shutdown_grace", "duration"},
        {"log: {level: ^loud}", "log.level", "debug, info, warn, error"},
        {"log: {format: ^xml}", "log.format", "json, text"},
    }));
    CAPTURE(yaml);
    const auto found = problem_at_mark(least + yaml);
    CHECK(found.key == key);
    CHECK_THAT(found.message, Contains(message));
}

TEST_CASE("config: an unknown key is a problem, with a suggestion where there is one") {
    const auto [yaml, key, message] = GENERATE(table<std::string, std::string, std::string>({
        {"^lissen: {}", "lissen", "unknown key; did you mean listen?"},
        {"listen:\n  ^max_bdy: 4MiB", "listen.max_bdy", "unknown key; did you mean max_body?"},
        {"relay: {batch: {^lingre: 1s}}", "relay.batch.lingre", "did you mean linger?"},
        {"relay: {batch: {^qqqqqqqqqqqq: 1}}", "relay.batch.qqqqqqqqqqqq",
         "known here: max_events, max_bytes, linger"},
        {"log: {^7: 1}", "log.7", "unknown key"},
    }));
    CAPTURE(yaml);
    const auto found = problem_at_mark(least + yaml);
    CHECK(found.key == key);
    CHECK_THAT(found.message, Contains(message));
}

TEST_CASE("config: a key that stands twice is a problem") {
    const auto found = problem_at_mark(least + "log: {level: info, ^level: debug}");
    CHECK(found.key == "log.level");
    CHECK_THAT(found.message, Contains("twice"));
}

TEST_CASE("config: problems are reported all at once, in the order of their lines") {
    const auto found = problems_of(R"(log: {level: loud, formt: json}
relay:
  connections: 0
listen: {threads: 99}
pixels:
  - {id: "", access_token_env: T}
spool: {path: ""}
)");
    std::vector<std::pair<int, std::string>> places;
    for (const auto& each : found) {
        places.emplace_back(each.line, each.key);
    }
    CHECK(places == std::vector<std::pair<int, std::string>>{{1, "log.level"},
                                                             {1, "log.formt"},
                                                             {3, "relay.connections"},
                                                             {4, "listen.threads"},
                                                             {6, "pixels[0].id"},
                                                             {7, "spool.path"}});
    CHECK(config::format(found[2], "a.yaml").starts_with("a.yaml:3:16: relay.connections: "));
}

TEST_CASE("config: what is no YAML is a problem with its place") {
    const auto [yaml, line] = GENERATE(table<std::string, int>(
        {{"listen: {http: [\n", 2}, {"a: b: c", 1}, {"a: 1\n\tb: 2\n", 2}}));
    CAPTURE(yaml);
    const auto found = problems_of(yaml);
    REQUIRE(found.size() == 1);
    CHECK(found[0].line == line);
    CHECK(found[0].column > 0);
    CHECK_FALSE(found[0].message.empty());
}

TEST_CASE("config: a file that holds no mapping, or nothing, is refused") {
    CHECK(problems_of("[1, 2]").at(0).message == "expected a mapping of keys");
    CHECK(problems_of("words").at(0).message == "expected a mapping of keys");
    const auto nothing = GENERATE(as<std::string>(), "", "\n", "# a comment\n", "pixels: []",
                                  "pixels:\n", "log: {level: info}");
    CAPTURE(nothing);
    const auto found = problems_of(nothing);
    REQUIRE(found.size() == 1);
    CHECK(found[0].key == "pixels");
    CHECK(found[0].message == "at least one pixel is needed");
}

TEST_CASE("config: an own cookie rule that is wrong is reported at its place") {
    const auto found = problems_of(least + R"(consent:
  cookies:
    - {name: banner, cookie: consent, shape: plain, granted: "yes", denied: "no"}
    - name: other
      cookie: other
      shape: round
)");
    REQUIRE(found.size() >= 1);
    for (const auto& each : found) {
        CHECK(each.line >= 5);
        CHECK(each.line <= 7);
        CHECK(each.column > 0);
        CHECK(each.key == "consent.cookies");
    }
    CHECK(std::any_of(found.begin(), found.end(), [](const auto& each) { return each.line == 7; }));
    CHECK(problems_of(least + "consent: {cookies: 7}").size() == 1);
}

TEST_CASE("config: own cookie rules are read, and their entries can be renamed and ignored") {
    const auto read = test::load(least + R"(consent:
  cookies:
    - {name: banner, cookie: consent, shape: plain, granted: "yes", denied: "no"}
  ignore: [banner]
)");
    const auto names = read.consent.catalog.entry_names();
    CHECK(std::find(names.begin(), names.end(), "banner") != names.end());
}
