#include "loading.hpp"

using namespace gatepost;
using Catch::Matchers::Contains;
using test::problem_at_mark;

TEST_CASE("config: what is wrong with a pixel is named") {
    const auto [members, key, message] = GENERATE(table<std::string, std::string, std::string>({
        {"source: ^shop", "source", "web, app, offline, crm"},
        {"api: ^v2", "api", "event, pixel"},
        {"source: crm\n    api: ^pixel", "api", "web events only"},
        {"mode: ^dry", "mode", "send, observe"},
        {"hosts: ^shop.example", "hosts", "list"},
        {"hosts: ^[\"https://shop.example\"]", "hosts", "host names"},
        {"hosts: ^[\"shop.example:443\"]", "hosts", "host names"},
        {"hosts: ^[\"*\"]", "hosts", "host names"},
        {"hosts: ^[\"shop.*\"]", "hosts", "host names"},
        {"deny_events: ^Purchase", "deny_events", "list"},
        {"deny_properties: ^query", "deny_properties", "list"},
        {"send_ip: ^maybe", "send_ip", "true, false"},
        {"max_spool_bytes: ^1GB", "max_spool_bytes", "size"},
    }));
    const auto found =
        problem_at_mark("pixels:\n  - id: P\n    access_token_env: T\n    " + members + "\n");
    CHECK(found.key == "pixels[0]." + key);
    CHECK_THAT(found.message, Contains(message));
}

TEST_CASE("config: a host belongs to one pixel") {
    const auto found = problem_at_mark(R"(pixels:
  - {id: P, access_token_env: T, hosts: [shop.example]}
  - {id: Q, access_token_env: T, hosts: ^[SHOP.example]}
)");
    CHECK(found.key == "pixels[1].hosts");
    CHECK_THAT(found.message, Contains("another pixel"));
}

TEST_CASE("config: a pixel that observes needs no token, and one that is named must be there") {
    const auto without =
        config::load_text("pixels: [{id: P, mode: observe}]", config::secrets::read);
    REQUIRE(without.has_value());
    CHECK(without->access_tokens.at("P").reveal().empty());

    const auto found =
        test::problems_of("pixels: [{id: P, mode: observe, access_token_file: /does/not/exist}]",
                          config::secrets::read);
    REQUIRE(found.size() == 1);
    CHECK(found[0].key == "pixels[0].access_token_file");
}
