// Keys whose part is not built yet: the default is taken, anything else refused.

#include "loading.hpp"

using namespace gatepost;
using Catch::Matchers::Contains;
using test::least;
using test::problem_at_mark;

namespace {

struct row {
    std::string taken;
    std::string refused; // with a mark
};

void check(const std::string& before, const row& keys) {
    CAPTURE(keys.taken, keys.refused);
    const auto taken = test::problems_of(before + keys.taken);
    CHECK(taken.empty());
    CHECK_THAT(problem_at_mark(before + keys.refused).message, Contains("not available yet"));
}

} // namespace

TEST_CASE("config: a later part is taken at its default and else not available yet") {
    check(least, GENERATE(values<row>({
                     {"listen: {allowed_uids: []}", "listen: {allowed_uids: ^[1000]}"},
                     {"admin: {token_file: \"\"}", "admin: {token_file: ^/t}"},
                     {"auth: {token_file: ''}", "auth: {token_file: ^/t}"},
                     {"events: {max_age: {app: 7d}}", "events: {max_age: {app: ^8d}}"},
                     {"events: {max_age: {offline: 28d}}", "events: {max_age: {offline: ^8d}}"},
                     {"events: {max_age: {crm: 28d}}", "events: {max_age: {crm: ^8d}}"},
                     {"events: {names: keep}", "events: {names: ^map}"},
                     {"spool: {engine: sqlite}", "spool: {engine: ^jetstream}"},
                     {"spool: {engine: sqlite}", "spool: {engine: ^memory}"},
                     {"spool: {key_file: \"\"}", "spool: {key_file: ^/k}"},
                     {"spool: {path: /s}", "spool: {accept_loss: ^true}"},
                     {"spool: {path: /s}", "spool: {nats: ^{url: nats://127.0.0.1:4222}}"},
                     {"relay: {proxy: \"\"}", "relay: {proxy: ^http://proxy:3128}"},
                     {"relay: {rate: 50}", "relay: {rate: ^0}"},
                     {"roles: [ingest, relay]", "roles: ^[ingest]"},
                     {"debug: {core_dumps: false}", "debug: {core_dumps: ^true}"},
                 })));
}

TEST_CASE("config: a later part of a pixel is taken at its default and else not available yet") {
    const auto keys = GENERATE(values<row>({
        {"source: web", "source: ^app"},
        {"api: event", "api: ^pixel"},
        {"mode: send", "mode: ^observe"},
        {"hosts: []", "hosts: ^[shop.example]"},
        {"deny_events: []", "deny_events: ^[Purchase]"},
        {"deny_properties: []", "deny_properties: ^[query]"},
        {"send_ip: true", "send_ip: ^false"},
        {"max_spool_bytes: 0", "max_spool_bytes: ^1GiB"},
    }));
    check("pixels:\n  - id: P\n    access_token_env: T\n    ", keys);
}
