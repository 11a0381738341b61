#include "../../../src/relay/slots.hpp"

#include <gatepost/net/task_group.hpp>

#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>

#include <functional>
#include <vector>

using namespace gatepost;
using relay::slots;

namespace {

boost::asio::awaitable<void> take(slots& from, slots::reserve& own, bool troubled,
                                  std::vector<slots::slot>& into) {
    into.push_back(co_await from.take(own, troubled));
}

// One slot to share, and pixels that ask for it in their order.
struct trial {
    boost::asio::io_context context{1};
    slots shared{context, 1};
    net::task_group asking{context.get_executor()};

    void ask(slots::reserve& own, bool troubled, std::vector<slots::slot>& into) {
        asking.spawn("take", take(shared, own, troubled, into));
        run();
    }
    // What can be done now, on the context's own thread.
    void run(const std::function<void()>& first = [] {}) {
        boost::asio::post(context, first);
        context.restart();
        context.poll();
    }
};

} // namespace

TEST_CASE_METHOD(trial, "slots: who is told to stop while waiting gets none, nor their own") {
    slots::reserve first{true};
    slots::reserve second{true};
    std::vector<slots::slot> given;
    std::vector<slots::slot> never;
    ask(first, false, given);
    ask(second, false, never);
    REQUIRE(given.size() == 1);
    run([&] { asking.cancel(); });
    CHECK(never.empty());
    CHECK_FALSE(second.taken);
    // Nor does the line remember them.
    given.clear();
    ask(second, false, given);
    CHECK(given.size() == 1);
    CHECK_FALSE(second.taken);
}

TEST_CASE_METHOD(trial, "slots: a slot that was granted to somebody who is told to stop goes on") {
    slots::reserve none{false};
    std::vector<slots::slot> held;
    std::vector<slots::slot> never;
    std::vector<slots::slot> last;
    ask(none, false, held);
    net::task_group stopped(context.get_executor());
    stopped.spawn("take", take(shared, none, false, never));
    run();
    ask(none, false, last);
    run([&] {
        held.clear(); // granted, and told to stop before it could take it
        stopped.cancel();
    });
    CHECK(never.size() + last.size() == 1);
    never.clear();
    run();
    CHECK(last.size() == 1);
}

TEST_CASE_METHOD(trial, "slots: a pixel in trouble takes its own and leaves the shared one") {
    slots::reserve own{true};
    std::vector<slots::slot> troubled;
    std::vector<slots::slot> healthy;
    slots::reserve none{false};
    ask(own, true, troubled);
    CHECK(own.taken);
    ask(none, false, healthy);
    CHECK(healthy.size() == 1);
    troubled.clear();
    CHECK_FALSE(own.taken);
}

TEST_CASE_METHOD(trial, "slots: more of them serve the line at once, fewer as they come back") {
    slots::reserve none{false};
    std::vector<slots::slot> given;
    std::vector<slots::slot> next;
    std::vector<slots::slot> last;
    ask(none, false, given);
    ask(none, false, next);
    ask(none, false, last);
    REQUIRE(next.empty());
    run([&] { shared.resize(2); });
    REQUIRE(next.size() == 1);
    CHECK(last.empty());
    run([&] { shared.resize(1); });
    run([&] { given.clear(); }); // one is still out: no more than one
    CHECK(last.empty());
    run([&] { next.clear(); });
    CHECK(last.size() == 1);
}
