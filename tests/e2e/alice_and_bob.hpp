// Two visitors, their events, and what they tell the server.
#pragma once

#include "stage.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace gatepost::test {

inline const std::string alice = R"("user":{"email":"alice@example.com"})";
inline const std::string bob = R"("user":{"email":"bob@example.com"})";
inline const std::string german = R"("visitor":{"country":"DE"})";

inline std::string grant_at(std::chrono::seconds offset) {
    return R"("consent":{"marketing":"granted","at":)" + seconds_from_now(offset) + "}";
}

// An event of somebody who granted a minute ago.
inline std::string granted(const std::string& id, const std::string& who) {
    return event_with(id, who + "," + grant_at(std::chrono::seconds(-60)) + "," + german);
}

// An event without a word about consent.
inline std::string silent(const std::string& id, const std::string& who) {
    return event_with(id, who + "," + german);
}

inline std::string withdrawal(const std::string& who) {
    return R"({"marketing":"denied",)" + who + "}";
}

inline std::string grant(const std::string& who) {
    return R"({"marketing":"granted",)" + who + "}";
}

// The answer of /v1/consent and /v1/erasure.
struct swept {
    bool recorded = false;
    std::int64_t deleted = -1;
    std::int64_t in_flight = -1;
    bool complete = false;
};

inline swept swept_by(const core::json::document& answer) {
    const auto root = answer.root();
    return {.recorded = root.find("recorded").boolean().value(),
            .deleted = root.find("deleted").integer().value(),
            .in_flight = root.find("in_flight").integer().value(),
            .complete = root.find("complete").boolean().value()};
}

// How many entries /v1/subject lists under a name.
inline std::size_t count(const core::json::document& subject, const char* what) {
    REQUIRE(subject.root().find(what).is_array());
    return subject.root().find(what).size();
}

} // namespace gatepost::test
