#include "spool_fixture.hpp"

#include <atomic>
#include <future>

using namespace gatepost;
using namespace gatepost::test;

TEST_CASE_METHOD(spool_fixture,
                 "settling: what comes in does not wait until a whole drain is on disk") {
    constexpr std::size_t lists = 20;
    open();
    for (std::uint64_t n = 0; n < lists; ++n) {
        add(n * 1000, 1000).value();
    }
    // The writer is held up in a walk until all of it has been handed over.
    std::promise<void> handed_over;
    std::atomic<bool> first = true;
    queue->walk(
        [&, over = handed_over.get_future().share()](const spool::held_record&) {
            if (first.exchange(false)) {
                over.wait();
            }
            return false;
        },
        [](core::error_code) {});
    for (std::size_t i = 0; i < lists; ++i) {
        settle(lease());
    }
    CHECK(queue->look(pixel).value().settling >= (lists - 2) * 1000);
    std::promise<std::size_t> answered;
    queue->append(make_records(pixel, 1'000'000, 1), [&](const append_result&) {
        answered.set_value(queue->look(pixel).value().settling);
    });
    handed_over.set_value();
    CHECK(answered.get_future().get() >= (lists - 4) * 1000);

    // In the end all of it is on disk.
    queue->close();
    CHECK(ask("SELECT count(*) FROM records") == 1);
    open();
    CHECK(event_ids(lease()) == std::vector<std::string>{"order-1000000"});
}
