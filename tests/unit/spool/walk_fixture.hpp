// A spool to walk through.
#pragma once

#include "spool_fixture.hpp"

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

namespace gatepost::test {

struct walk_fixture : spool_fixture {
    // The end of a walk that goes on by itself.
    std::future<core::error_code> begin_walk(std::function<bool(const spool::held_record&)> visit) {
        auto ended = std::make_shared<std::promise<core::error_code>>();
        auto end = ended->get_future();
        queue->walk(std::move(visit), [ended](core::error_code how) { ended->set_value(how); });
        return end;
    }
    core::error_code walk(std::function<bool(const spool::held_record&)> visit) {
        return begin_walk(std::move(visit)).get();
    }
    // The event_ids of everything held, in the order shown; "dead " before those of dead letters,
    // "leased " before those on their way.
    std::vector<std::string> shown() {
        std::vector<std::string> ids;
        REQUIRE_FALSE(walk([&](const spool::held_record& held) {
            ids.push_back((held.dead     ? "dead "
                           : held.leased ? "leased "
                                         : "") +
                          std::string(held.event_id));
            return false;
        }));
        return ids;
    }
    core::error_code erase(const std::string& event_id) {
        return walk([&](const spool::held_record& held) { return held.event_id == event_id; });
    }
    std::size_t rows() { return static_cast<std::size_t>(ask("SELECT count(*) FROM records")); }
};

} // namespace gatepost::test
