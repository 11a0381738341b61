// Configurations from text, and what is wrong with them.
#pragma once

#include <gatepost/config/config.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>

namespace gatepost::test {

// The least that a configuration must say; takes one line.
const std::string least = "pixels: [{id: P, access_token_env: T}]\n";

inline config::config load(const std::string& yaml) {
    auto result = config::load_text(yaml, config::secrets::ignore);
    if (result.has_error()) {
        FAIL(config::format(result.error().front(), "config"));
    }
    return std::move(*result);
}

inline config::problems problems_of(const std::string& yaml,
                                    config::secrets tokens = config::secrets::ignore) {
    const auto result = config::load_text(yaml, tokens);
    return result.has_error() ? result.error() : config::problems();
}

// The only problem of a text in which `^` marks its place. The mark itself is taken out.
inline config::problem problem_at_mark(std::string yaml) {
    const auto mark = yaml.find('^');
    REQUIRE(mark != std::string::npos);
    yaml.erase(mark, 1);
    const auto before = yaml.substr(0, mark);
    const auto found = problems_of(yaml);
    CAPTURE(yaml, found.size());
    REQUIRE(found.size() == 1);
    CHECK(found[0].line == 1 + std::count(before.begin(), before.end(), '\n'));
    CHECK(found[0].column == static_cast<int>(mark - (before.rfind('\n') + 1)) + 1);
    return found[0];
}

} // namespace gatepost::test
