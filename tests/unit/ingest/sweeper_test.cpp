#include "visitor_books.hpp"

#include <gatepost/ingest/sweeper.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <optional>
#include <support/fake_clock.hpp>
#include <thread>

using namespace gatepost;
using namespace gatepost::test;
using ingest::swept;
using strings = std::vector<std::string>;

namespace {

core::subject_key key(std::uint64_t n) {
    return {core::subject_key::kind::email, {n, n}};
}

ledger::subject visitor(std::uint64_t n, std::string controller = "default") {
    return {std::move(controller), {key(n), key(n + 1000)}};
}

struct sweeping {
    walked_queue queue;
    told_registry registry;
    ingest::arrivals order;
    ingest::sweeper sweeper{queue, registry, order};
    boost::asio::io_context context;

    // Begins to forget; the answer comes into the place given.
    void forget(ledger::subject who, std::optional<swept>& into) {
        boost::asio::co_spawn(context, sweeper.forget(std::move(who)),
                              [&into](const std::exception_ptr& escaped, swept given) {
                                  if (!escaped) {
                                      into = given;
                                  }
                              });
    }
    swept forget(ledger::subject who) {
        std::optional<swept> given;
        forget(std::move(who), given);
        context.restart();
        context.run();
        return given.value();
    }
};

} // namespace

TEST_CASE("sweeper: what the registry forbids goes, dead letters too, and the rest stays") {
    sweeping now;
    now.queue.held = {{.event_id = "mine", .subjects = {key(1)}},
                      {.event_id = "mine by another key", .subjects = {key(7), key(1001)}},
                      {.event_id = "mine, dead", .subjects = {key(1)}, .dead = true},
                      {.event_id = "another's", .subjects = {key(2)}},
                      {.event_id = "nobody's", .subjects = {}},
                      {.event_id = "another shop's", .subjects = {key(1)}, .controller = "brand"}};
    now.registry.forbid(visitor(1));
    const auto gone = now.forget(visitor(1));
    CHECK(gone.complete);
    CHECK(gone.deleted == 3);
    CHECK(gone.in_flight == 0);
    CHECK(now.queue.ids() == strings{"another's", "nobody's", "another shop's"});
}

TEST_CASE("sweeper: what is said under the pixel's present controller reaches what came before") {
    sweeping now;
    now.queue.held = {
        {.event_id = "before", .subjects = {key(1)}, .controller = "former"},
        {.event_id = "dead", .subjects = {key(1)}, .controller = "former", .dead = true},
        {.event_id = "after", .subjects = {key(1)}},
        {.event_id = "another's", .subjects = {key(2)}, .controller = "former"}};
    now.registry.controllers = {{walked_queue::pixel, "default"}};
    now.registry.forbid(visitor(1));
    const auto gone = now.forget(visitor(1));
    CHECK(gone.complete);
    CHECK(gone.deleted == 3);
    CHECK(now.queue.ids() == strings{"another's"});
}

TEST_CASE("sweeper: an event on its way goes from disk and is counted apart") {
    sweeping now;
    now.queue.held = {{.event_id = "waiting", .subjects = {key(1)}},
                      {.event_id = "on its way", .subjects = {key(1)}, .leased = true}};
    now.registry.forbid(visitor(1));
    const auto gone = now.forget(visitor(1));
    CHECK(gone.deleted == 1);
    CHECK(gone.in_flight == 1);
    CHECK(now.queue.held.empty());
}

TEST_CASE("sweeper: each visitor is told their own numbers") {
    sweeping now;
    now.queue.held = {{.event_id = "1", .subjects = {key(1)}},
                      {.event_id = "2", .subjects = {key(2)}},
                      {.event_id = "both", .subjects = {key(1), key(2)}}};
    now.registry.forbid(visitor(1));
    now.registry.forbid(visitor(2));
    std::optional<swept> first;
    std::optional<swept> second;
    now.queue.at_once = false;
    now.sweeper.request(); // so that both wait for the sweep after this
    now.forget(visitor(1), first);
    now.forget(visitor(2), second);
    now.context.poll();
    now.queue.finish();
    now.queue.run();
    now.context.run();
    CHECK(first->deleted == 2);
    CHECK(second->deleted == 2);
    CHECK(now.queue.held.empty());
}

TEST_CASE("sweeper: what the registry does not forbid is not this visitor's loss") {
    sweeping now;
    now.queue.held = {{.event_id = "with a later grant", .subjects = {key(1)}}};
    const auto gone = now.forget(visitor(1));
    CHECK(gone.complete);
    CHECK(gone.deleted == 0);
    CHECK(now.queue.ids() == strings{"with a later grant"});
}

TEST_CASE("sweeper: requests during a sweep are served together by one more") {
    sweeping now;
    now.queue.at_once = false;
    now.sweeper.request();
    for (int i = 0; i < 5; ++i) {
        now.sweeper.request();
    }
    CHECK(now.queue.asked() == 1);
    CHECK(now.registry.sweeps_begun == 1);
    now.queue.run();
    CHECK(now.queue.asked() == 1);
    CHECK(now.registry.sweeps_begun == 2);
    now.queue.run();
    CHECK(now.queue.asked() == 0);
    CHECK(now.registry.sweeps_finished == std::vector<std::uint64_t>{1, 2});
    now.sweeper.request();
    CHECK(now.queue.asked() == 1);
}

TEST_CASE("sweeper: requests during a sweep that passes over damaged events are served as well") {
    sweeping now;
    now.queue.at_once = false;
    now.queue.failure = make_error_code(spool::errc::unreadable);
    now.sweeper.request();
    now.queue.show(); // what comes from now on is too late for this sweep
    now.queue.held = {{.event_id = "mine", .subjects = {key(1)}}};
    now.registry.forbid(visitor(1));
    std::optional<swept> given;
    now.forget(visitor(1), given);
    now.context.poll();
    now.queue.finish();
    REQUIRE(now.queue.asked() == 1);
    now.queue.run();
    CHECK(now.queue.ids().empty());
    CHECK(now.queue.asked() == 0); // the damage stays, and nobody asks
    now.context.restart();
    now.context.run();
    REQUIRE(given);
    CHECK(given->deleted == 1);
    CHECK_FALSE(given->complete);
    CHECK(now.registry.sweeps_finished.empty());
}

TEST_CASE("sweeper: a sweep that had begun before the question does not answer it") {
    sweeping now;
    now.queue.at_once = false;
    now.sweeper.request();
    now.queue.show(); // nothing of this visitor was there yet, or forbidden
    now.queue.held = {{.event_id = "mine", .subjects = {key(1)}}};
    now.registry.forbid(visitor(1));
    std::optional<swept> gone;
    now.forget(visitor(1), gone);
    now.context.poll();
    now.queue.finish();
    now.context.poll();
    CHECK_FALSE(gone);
    now.queue.run();
    now.context.run();
    REQUIRE(gone);
    CHECK(gone->complete);
    CHECK(gone->deleted == 1);
}

TEST_CASE("sweeper: a sweep that takes longer than a second tells what it has found so far") {
    sweeping now;
    now.queue.at_once = false;
    now.queue.held = {{.event_id = "mine", .subjects = {key(1)}}};
    now.registry.forbid(visitor(1));
    std::optional<swept> gone;
    now.forget(visitor(1), gone);
    now.context.poll();
    now.queue.show();
    CHECK_FALSE(gone);
    now.context.run(); // until the second is over
    REQUIRE(gone);
    CHECK_FALSE(gone->complete);
    CHECK(gone->deleted == 1);
    now.queue.finish(); // nobody waits any more
    CHECK(now.registry.sweeps_finished == std::vector<std::uint64_t>{1});
}

TEST_CASE("sweeper: nobody is called after the room they waited in is gone") {
    sweeping now;
    now.queue.at_once = false;
    {
        boost::asio::io_context room;
        boost::asio::co_spawn(room, now.sweeper.forget(visitor(1)),
                              [](const std::exception_ptr&, swept) {});
        room.poll();
    }
    now.queue.run();
    CHECK(now.registry.sweeps_finished.size() == 1);
}

TEST_CASE("sweeper: begins at the start when the registry needs a sweep, and only then") {
    walked_queue queue;
    told_registry registry;
    registry.needs_sweep = GENERATE(false, true);
    ingest::arrivals order;
    const ingest::sweeper sweeper(queue, registry, order);
    CHECK(queue.walks == (registry.needs_sweep ? 1 : 0));
}

TEST_CASE("sweeper: while an event is on its way to the queue nothing is forgotten") {
    sweeping now;
    now.queue.at_once = false;
    auto on_its_way = now.order.event(fake_clock::start);
    now.sweeper.request();
    on_its_way.handed_over(); // it reached the queue behind the walk
    now.queue.run();
    CHECK(now.registry.sweeps_finished.empty());
    now.queue.run(); // the sweep after it sees everything
    CHECK(now.registry.sweeps_finished == std::vector<std::uint64_t>{2});
}

TEST_CASE("sweeper: a failed sweep forgets nothing, and the next request tries again") {
    sweeping now;
    now.queue.failure = make_error_code(spool::errc::io);
    CHECK_FALSE(now.forget(visitor(1)).complete);
    CHECK(now.registry.sweeps_finished.empty());
    now.queue.failure = {};
    CHECK(now.forget(visitor(1)).complete);
    CHECK(now.registry.sweeps_finished == std::vector<std::uint64_t>{2});
}

TEST_CASE("sweeper: when the queue closes, everybody who waits is answered, and later ones too") {
    sweeping now;
    now.queue.at_once = false;
    std::optional<swept> served;
    std::optional<swept> waiting;
    now.forget(visitor(1), served);
    now.context.poll();
    now.forget(visitor(2), waiting);
    now.context.poll();
    now.queue.close();
    now.context.run();
    REQUIRE(served);
    REQUIRE(waiting);
    CHECK_FALSE(served->complete);
    CHECK_FALSE(waiting->complete);
    CHECK(now.registry.sweeps_finished.empty());
    CHECK_FALSE(now.forget(visitor(3)).complete);
}

TEST_CASE("sweeper: many threads ask and every one is answered") {
    walked_queue queue;
    queue.at_once = false;
    told_registry registry;
    ingest::arrivals order;
    ingest::sweeper sweeper(queue, registry, order);
    sweeper.request();
    constexpr int rooms = 4;
    std::atomic<int> complete = 0;
    std::vector<std::jthread> threads;
    std::vector<std::unique_ptr<boost::asio::io_context>> contexts;
    for (int room = 0; room < rooms; ++room) {
        contexts.push_back(std::make_unique<boost::asio::io_context>());
        auto& context = *contexts.back();
        boost::asio::co_spawn(
            context, sweeper.forget(visitor(static_cast<std::uint64_t>(room))),
            [&](const std::exception_ptr&, swept given) { complete += given.complete ? 1 : 0; });
        context.poll(); // all of them ask before the sweep under way has ended
        threads.emplace_back([&context] { context.run(); });
    }
    queue.run();
    queue.run();
    threads.clear();
    CHECK(complete == rooms);
    CHECK(registry.sweeps_begun == 2);
}
