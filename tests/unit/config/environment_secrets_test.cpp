// Secrets of the environment, which /proc/PID/environ shows to whoever may read it.

#include "environment_variable.hpp"
#include "loading.hpp"

#include <cstdlib>

using namespace gatepost;
using config::secrets;
using test::environment_variable;

namespace {

constexpr auto name = "GATEPOST_UNIT_TEST_TAKEN";
const std::string yaml = std::string("pixels: [{id: P, access_token_env: ") + name + "}]";

std::string token_of(const std::string& text) {
    const auto read = config::load_text(text, secrets::read).value();
    return std::string(read.access_tokens.at("P").reveal());
}

} // namespace

TEST_CASE("environment secrets: what was read is overwritten where it stood") {
    const environment_variable variable(name, "s3cret-of-the-environment");
    const char* const place = std::getenv(name);
    const std::string before = place;
    CHECK(token_of(yaml) == before);
    REQUIRE(std::getenv(name) == place);
    CHECK(std::string(place, before.size()) == std::string(before.size(), '\0'));
}

TEST_CASE("environment secrets: one that was read is found again when the file is read anew") {
    const environment_variable variable(name, "first");
    CHECK(token_of(yaml) == "first");
    CHECK(token_of(yaml) == "first");
    CHECK(token_of(yaml + "\nlog: {level: debug}") == "first");
    setenv(name, "second", 1);
    CHECK(token_of(yaml) == "second");
}

TEST_CASE("environment secrets: one variable may serve several keys") {
    const environment_variable variable(name, "shared-token-of-all");
    const auto read = config::load_text(std::string("pixels: [{id: P, access_token_env: ") + name +
                                            "}, {id: Q, access_token_env: " + name +
                                            "}]\nauth: {token_env: " + name +
                                            "}\nadmin: {token_env: " + name + "}",
                                        secrets::read)
                          .value();
    CHECK(read.access_tokens.at("P").reveal() == "shared-token-of-all");
    CHECK(read.access_tokens.at("Q").reveal() == "shared-token-of-all");
    CHECK(read.ingest.door.tokens.accepts("shared-token-of-all"));
    CHECK(read.admin_tokens.accepts("shared-token-of-all"));
}

TEST_CASE("environment secrets: without secrets nothing is taken") {
    const environment_variable variable(name, "left-alone");
    CHECK(config::load_text(yaml, secrets::ignore).has_value());
    CHECK(std::string(std::getenv(name)) == "left-alone");
}
