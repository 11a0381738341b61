// A registry in a directory of its own, with a clock that the test turns.
#pragma once

#include <gatepost/ledger/registry.hpp>
#include <gatepost/sqlite/database.hpp>

#include <catch2/catch.hpp>

#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <support/fake_clock.hpp>
#include <support/temporary_directory.hpp>
#include <vector>

namespace gatepost::test {

using ledger::choice;
using std::chrono::seconds;
using subject_kind = core::subject_key::kind;

inline core::subject_key make_key(std::uint64_t n, subject_kind kind = subject_kind::email) {
    return {kind, {n, ~n}};
}

// A visitor of the controller "shop" who is known by these keys.
inline ledger::subject visitor(std::vector<std::uint64_t> keys,
                               const std::string& controller = "shop") {
    ledger::subject who{controller, {}};
    for (const auto n : keys) {
        who.keys.push_back(make_key(n));
    }
    return who;
}

inline std::chrono::sys_seconds at(int second) {
    return core::to_seconds(fake_clock::start) + seconds(second);
}

// The evidence of an event that passed the gate, as the pipeline writes it.
inline std::string evidence(const std::string& action, const std::string& regime,
                            const std::string& country, std::optional<int> granted_at = {}) {
    const auto where = country.empty() ? std::string() : R"("country":")" + country + R"(",)";
    auto text = R"({"decision":{"action":")" + action +
                R"(","rule":"explicit-grant","source":"cookie:x","regime":")" + regime +
                R"("},"jurisdiction":{)" + where + R"("regime":")" + regime +
                R"(","source":"visitor"},"findings":[],"config":"0123456789ab")";
    if (granted_at) {
        text += R"(,"granted_at":)" + std::to_string(at(*granted_at).time_since_epoch().count());
    }
    return text + "}";
}

class registry_fixture {
  public:
    registry_fixture() {
        chosen.file = directory.file("registry.db");
        chosen.controllers = {{"C0ANOTHER", "shop"}};
    }

    core::result<std::unique_ptr<ledger::registry>> try_open() {
        return ledger::registry::open(chosen, key, clock);
    }
    void open() {
        registry.reset();
        auto opened = try_open();
        REQUIRE(opened.has_value());
        registry = std::move(*opened);
    }

    // What `finished` was told.
    template <class Change>
    core::error_code wait_for(Change&& change) {
        std::promise<core::error_code> told;
        change([&](core::error_code given) { told.set_value(given); });
        return told.get_future().get();
    }
    core::error_code record(const ledger::subject& who, choice said, int second) {
        return wait_for([&](ledger::registry::done finished) {
            registry->record(who, said, at(second), std::move(finished));
        });
    }
    core::error_code note_gpc(const ledger::subject& who, int second) {
        return wait_for([&](ledger::registry::done finished) {
            registry->note_gpc(who, at(second), std::move(finished));
        });
    }
    core::error_code withdraw_waiting(const ledger::subject& who, int second) {
        return wait_for([&](ledger::registry::done finished) {
            registry->withdraw_waiting(who, at(second), std::move(finished));
        });
    }
    // Until everything handed over before is on disk.
    core::error_code flush() { return note_gpc({"shop", {}}, 0); }

    // Whether an event that was received at `second` may not be sent any more.
    bool forbids(const ledger::subject& who, int second,
                 const std::string& shown = evidence("send", "opt_in", "DE")) const {
        return registry->forbids({"C0EXAMPLE", who.controller, who.keys, at(second), shown});
    }
    // "format state detail" of each finding.
    std::vector<std::string> recall(const ledger::subject& who) const {
        std::vector<std::string> words;
        for (const auto& found : registry->recall(who.controller, who.keys)) {
            words.push_back(std::string(found.format) + " " +
                            std::string(consent::to_string(found.state)));
            if (!found.detail.empty()) {
                words.back().append(" ").append(found.detail);
            }
        }
        return words;
    }
    // Asks the file itself, past the registry.
    std::int64_t ask(const std::string& sql) const {
        auto opened = sqlite::database::open(chosen.file, sqlite::database::access::read_only);
        REQUIRE(opened.has_value());
        const auto answer = opened->ask(sql);
        REQUIRE_FALSE(opened->failure());
        return answer;
    }
    void change(const std::string& sql) const {
        auto opened = sqlite::database::open(chosen.file, sqlite::database::access::read_write);
        REQUIRE(opened.has_value());
        opened->run(sql);
        REQUIRE_FALSE(opened->failure());
    }

    temporary_directory directory;
    fake_clock clock;
    identity::instance_key key{core::secret_string(std::string(32, 'k'))};
    ledger::registry_options chosen;
    std::unique_ptr<ledger::registry> registry;
};

} // namespace gatepost::test
