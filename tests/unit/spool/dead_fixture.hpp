// A spool with dead letters.
#pragma once

#include "walk_fixture.hpp"

#include <fstream>
#include <future>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gatepost::test {

struct dead_fixture : walk_fixture {
    dead_fixture() { open(); }

    // Events first, first + 1, ... of the pixel come in and die.
    void bury(std::uint64_t first, const std::string& reason, std::uint64_t count = 1) {
        add(first, count).value();
        settle(lease(count), dead_letter(reason));
        flush();
    }

    std::future<core::result<std::vector<spool::dead_letter>>> begin_list(spool::dead_query which,
                                                                          std::size_t limit) {
        using answer = core::result<std::vector<spool::dead_letter>>;
        auto ended = std::make_shared<std::promise<answer>>();
        queue->list_dead(std::move(which), limit,
                         [ended](answer letters) { ended->set_value(std::move(letters)); });
        return ended->get_future();
    }
    std::vector<spool::dead_letter> list(spool::dead_query which, std::size_t limit) {
        return begin_list(std::move(which), limit).get().value();
    }

    std::future<spool::replay_result> begin_replay(spool::dead_query which,
                                                   spool::queue::replay_check may_go) {
        auto ended = std::make_shared<std::promise<spool::replay_result>>();
        queue->replay_dead(
            std::move(which), std::move(may_go),
            [ended](spool::replay_result result) { ended->set_value(std::move(result)); });
        return ended->get_future();
    }
    spool::replay_result replay(
        spool::dead_query which,
        spool::queue::replay_check may_go = [](const auto&) { return std::nullopt; }) {
        return begin_replay(std::move(which), std::move(may_go)).get();
    }
    spool::removal_result remove(spool::dead_query which) {
        std::promise<spool::removal_result> ended;
        queue->remove_dead(std::move(which),
                           [&](spool::removal_result result) { ended.set_value(result); });
        return ended.get_future().get();
    }

    std::string stored_bytes(const std::string& name) const {
        std::ifstream stored(chosen.path + "/" + name, std::ios::binary);
        return {std::istreambuf_iterator<char>(stored), {}};
    }
};

} // namespace gatepost::test
