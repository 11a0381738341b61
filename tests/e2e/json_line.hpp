// A line of JSON that the program printed.
#pragma once

#include <gatepost/core/json.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace gatepost::test {

inline core::json::document parsed(const std::string& line) {
    auto result = core::json::parse(line);
    INFO(line);
    REQUIRE(result.has_value());
    return std::move(*result);
}

inline std::string text(const core::json::document& line, std::string_view member) {
    return std::string(line.root().find(member).text());
}

} // namespace gatepost::test
