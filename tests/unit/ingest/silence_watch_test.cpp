#include "trial.hpp"

#include <gatepost/ingest/silence_watch.hpp>

#include <catch2/catch.hpp>

using namespace gatepost;
using namespace gatepost::test;

namespace {

const std::string silent = R"({"event":"a","event_id":"1"})";

// How many events of nothing but silence it takes until the watch warns; 0 for never.
int warned_after(ingest::silence_watch& watch, trial& subject, int most) {
    for (int seen = 1; seen <= most; ++seen) {
        if (watch.note(subject.judge(silent))) {
            return seen;
        }
    }
    return 0;
}

} // namespace

TEST_CASE("silence: a pixel whose every event tells nothing of its visitor is warned about once") {
    ingest::silence_watch watch;
    trial subject;
    CHECK(warned_after(watch, subject, 100) == 20);
    CHECK(warned_after(watch, subject, 100) == 0);
}

TEST_CASE("silence: one signal, whatever it says, and nothing is wrong") {
    const auto signal =
        GENERATE(as<std::string>(), R"({"event":"a","consent":{"marketing":"granted"}})",
                 R"({"event":"a","consent":{"marketing":"denied"}})",
                 R"({"event":"a","consent":{"tcf":"x"}})");
    ingest::silence_watch watch;
    trial subject;
    CHECK(warned_after(watch, subject, 10) == 0);
    CHECK_FALSE(watch.note(subject.judge(signal)));
    CHECK(warned_after(watch, subject, 100) == 0);
}

TEST_CASE("silence: an invalid event tells nothing either way") {
    ingest::silence_watch watch;
    trial subject;
    for (int i = 0; i < 100; ++i) {
        CHECK_FALSE(watch.note(subject.judge(R"({"event":7})")));
    }
    CHECK(warned_after(watch, subject, 20) == 20);
}
