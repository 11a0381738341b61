#include "../../../src/spool/codec.hpp"
#include "walk_fixture.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <thread>
#include <utility>

using namespace gatepost;
using namespace gatepost::test;
using namespace std::chrono_literals;
using strings = std::vector<std::string>;

TEST_CASE_METHOD(walk_fixture, "walk: a record is shown with all it carries") {
    open();
    const auto content = make_content(pixel, 7);
    append(*queue, {tiktok::encoder::seal(content)}).value();
    int visits = 0;
    REQUIRE_FALSE(walk([&](const spool::held_record& held) {
        ++visits;
        CHECK_FALSE(held.dead);
        CHECK_FALSE(held.leased);
        CHECK(held.pixel == pixel);
        CHECK(held.controller == content.controller);
        CHECK(held.event == content.event);
        CHECK(held.event_id == content.event_id);
        CHECK(held.payload == content.payload);
        CHECK(held.evidence == content.evidence);
        CHECK(std::ranges::equal(held.subjects, content.subjects));
        CHECK(held.received == content.received);
        CHECK(held.event_time == content.event_time);
        CHECK(held.reason.empty());
        return false;
    }));
    CHECK(visits == 1);
    CHECK(queue->count().waiting == 1);
}

TEST_CASE_METHOD(walk_fixture, "walk: through an empty spool it ends at once") {
    open();
    CHECK(shown().empty());
}

TEST_CASE_METHOD(walk_fixture, "walk: every record of every pixel is shown once") {
    open();
    add(1, 700).value();
    append(*queue, make_records(other_pixel, 1, 300)).value();
    std::map<std::string, int> seen;
    REQUIRE_FALSE(walk([&](const spool::held_record& held) {
        ++seen[std::string(held.pixel) + std::string(held.event_id)];
        return false;
    }));
    CHECK(seen.size() == 1000);
    CHECK(std::ranges::all_of(seen, [](const auto& one) { return one.second == 1; }));
}

TEST_CASE_METHOD(walk_fixture, "walk: large records are shown in steps of their own") {
    open();
    for (std::uint64_t n = 1; n <= 4; ++n) {
        auto content = make_content(pixel, n);
        content.payload = std::string(600 << 10, 'x');
        append(*queue, {tiktok::encoder::seal(content)}).value();
    }
    CHECK(shown() == strings{"order-1", "order-2", "order-3", "order-4"});
}

TEST_CASE_METHOD(walk_fixture, "walk: what is deleted is gone, uncounted, and its id free again") {
    const bool restart = GENERATE(false, true);
    CAPTURE(restart);
    open();
    add(1, 600).value();
    REQUIRE_FALSE(walk([](const spool::held_record& held) {
        return held.event_id.ends_with('0'); // 60 of them
    }));
    if (restart) {
        open();
    }
    CHECK(queue->count().waiting == 540);
    CHECK(queue->look(pixel).value().waiting() == 540);
    std::uint64_t bytes = 0;
    for (std::uint64_t n = 1; n <= 600; ++n) {
        bytes += n % 10 != 0 ? spool::stored_size(make_content(pixel, n)) : 0;
    }
    CHECK(queue->count().bytes == bytes);
    CHECK(queue->count().dead == 0);
    CHECK(add(9, 2).value() == std::vector{duplicate, queued});
    if (!restart) {
        CHECK(metrics.render().find(R"(gatepost_withdrawn_total{pixel="PIXEL-A"} 60)") !=
              std::string::npos);
    }
    auto left = lease();
    CHECK(left.size() == 541);
    CHECK(rows() == 541);
}

TEST_CASE_METHOD(walk_fixture, "walk: what is deleted is overwritten in the file") {
    open();
    auto content = make_content(pixel, 1);
    content.payload = "planted-secret-" + std::string(600, 'x');
    append(*queue, {tiktok::encoder::seal(content)}).value();
    add(2).value();
    settle(lease(1), dead_letter("planted-reason-"));
    flush();
    append(*queue, {tiktok::encoder::seal(content)}).value();
    REQUIRE_FALSE(walk([](const auto&) { return true; }));
    queue->close();
    std::ifstream stored(file(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(stored), {}};
    REQUIRE(bytes.size() > 4096);
    CHECK(bytes.find("planted-") == std::string::npos);
    CHECK(bytes.find("order-2") == std::string::npos);
}

TEST_CASE_METHOD(walk_fixture, "walk: one after the other, in the order asked for") {
    open();
    add(1, 600).value();
    strings order;
    auto first = begin_walk([&](const auto&) {
        order.emplace_back("first");
        return false;
    });
    auto second = begin_walk([&](const auto&) {
        order.emplace_back("second");
        return false;
    });
    CHECK_FALSE(first.get());
    CHECK_FALSE(second.get());
    REQUIRE(order.size() == 1200);
    CHECK(std::ranges::is_sorted(order));
}

TEST_CASE_METHOD(walk_fixture, "walk: what was handed over before it is shown") {
    open();
    for (int i = 0; i < 50; ++i) {
        const auto n = static_cast<std::uint64_t>(i);
        queue->append(make_records(pixel, n, 1), [](const append_result&) {});
        CHECK(shown().size() == n + 1);
    }
}

TEST_CASE_METHOD(walk_fixture,
                 "walk: it ends although events keep coming, and keeps none of them") {
    open();
    add(1, 600).value();
    std::uint64_t next = 10'000;
    std::size_t visits = 0;
    REQUIRE_FALSE(walk([&](const auto&) {
        ++visits;
        queue->append(make_records(pixel, next++, 1), [](const append_result&) {});
        return true;
    }));
    CHECK(visits == 600);
    flush();
    CHECK(queue->count().waiting == 600);
    CHECK(lease().front().event_id == "order-10000");
}

TEST_CASE_METHOD(walk_fixture, "walk: dead letters are shown with their reason, and deleted") {
    open();
    add(1, 3).value();
    settle(lease(2), dead_letter("failed_event"));
    flush();
    const auto reopened = GENERATE(false, true);
    CAPTURE(reopened);
    if (reopened) {
        open();
    }
    strings seen;
    REQUIRE_FALSE(walk([&](const spool::held_record& held) {
        seen.push_back(std::string(held.pixel) + " " + std::string(held.event_id) + " " +
                       std::string(held.reason) + (held.dead ? " dead" : ""));
        return held.event_id == "order-1";
    }));
    CHECK(seen == strings{"PIXEL-A order-3 ", "PIXEL-A order-1 failed_event dead",
                          "PIXEL-A order-2 failed_event dead"});
    CHECK(queue->count().dead == 1);
    CHECK(queue->count().waiting == 1);
    CHECK(queue->look(pixel).value().oldest == fake_clock::start);
    const auto bytes = queue->count().bytes;
    CHECK(metrics.render().find(R"(gatepost_withdrawn_total{pixel="PIXEL-A"} 1)") !=
          std::string::npos);
    open();
    CHECK(queue->count().dead == 1);
    CHECK(queue->count().bytes == bytes);
}

TEST_CASE_METHOD(walk_fixture, "walk: a deleted dead letter does not free an id that is in use") {
    open();
    add(1).value();
    settle(lease(), dead_letter("invalid"));
    flush();
    REQUIRE(add(1).value() == std::vector{queued});
    REQUIRE_FALSE(walk([](const spool::held_record& held) { return held.dead; }));
    CHECK(add(1).value() == std::vector{duplicate});
    open();
    CHECK(add(1).value() == std::vector{duplicate});
}

TEST_CASE_METHOD(walk_fixture, "walk: a record that dies before it is shown is found") {
    open();
    add(1, 600).value();
    const auto leased = lease(600);
    bool told = false;
    strings dead;
    REQUIRE_FALSE(walk([&](const spool::held_record& held) {
        if (!std::exchange(told, true)) {
            settle({leased[599]}, dead_letter("invalid"));
        }
        if (held.dead) {
            dead.emplace_back(held.event_id);
        }
        return held.event_id == "order-600";
    }));
    CHECK(dead == strings{"order-600"});
    CHECK(queue->count().dead == 0);
}

TEST_CASE_METHOD(walk_fixture, "walk: when the spool closes it ends, and its finished steps hold") {
    open();
    add(1, 600).value();
    std::thread closing;
    auto end = begin_walk([&](const auto&) {
        if (!closing.joinable()) {
            closing = std::thread([this] { queue->close(); });
            // Lists that are handed over before it is closed are answered after this.
            const auto closed = std::make_shared<bool>(false);
            while (!*closed) {
                queue->append(
                    {}, [closed](const append_result& answer) { *closed = answer.has_error(); });
            }
        }
        return true;
    });
    CHECK(end.get() == spool::errc::closed);
    closing.join();
    CHECK(walk([](const auto&) { return true; }) == spool::errc::closed);
    open();
    CHECK(queue->count().waiting == 344); // a step is 256
    CHECK(shown().front() == "order-257");
}
