#include "../../../src/spool/codec.hpp"
#include "spool_fixture.hpp"

#include <csignal>
#include <random>
#include <set>
#include <sys/wait.h>
#include <unistd.h>

using namespace gatepost;
using namespace gatepost::test;

namespace {

// What the child tells once a list was acknowledged.
struct acknowledged {
    std::uint64_t first = 0;
    std::uint64_t count = 0;
};

// Appends lists without end, several at a time, and tells through the pipe what was acknowledged.
[[noreturn]] void append_for_ever(const spool::options& chosen, std::uint64_t first, int pipe) {
    observe::metrics metrics({spool_fixture::pixel});
    auto queue = spool::open_sqlite_queue(chosen, core::system_clock(), metrics);
    if (!queue) {
        ::_exit(1);
    }
    for (std::uint64_t round = 0;; ++round) {
        for (std::uint64_t list = 0; list < 4; ++list) {
            const acknowledged told{first, 1 + (round + list) % 20};
            first += told.count;
            (*queue)->append(make_records(spool_fixture::pixel, told.first, told.count),
                             [told, pipe](const append_result& given) {
                                 if (given && ::write(pipe, &told, sizeof told) != sizeof told) {
                                     ::_exit(2);
                                 }
                             });
        }
        static_cast<void>(append(**queue, {}));
    }
}

// The lists that a child acknowledged before it was killed: at least `enough` of them.
std::vector<acknowledged> run_and_kill(const spool::options& chosen, std::uint64_t first,
                                       std::size_t enough) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::close(ends[0]);
        append_for_ever(chosen, first, ends[1]);
    }
    ::close(ends[1]);
    std::vector<acknowledged> told;
    acknowledged next;
    // A write of few bytes to a pipe comes whole; the end comes with the child's.
    while (::read(ends[0], &next, sizeof next) == sizeof next) {
        told.push_back(next);
        if (told.size() == enough) {
            ::kill(child, SIGKILL);
        }
    }
    ::close(ends[0]);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    return told;
}

} // namespace

TEST_CASE_METHOD(spool_fixture, "crash: kill -9 loses nothing that was acknowledged") {
    std::mt19937 random(20261122);
    std::uint64_t first = 1;
    std::set<std::string> expected;
    for (int round = 0; round < 8; ++round) {
        CAPTURE(round);
        const auto told = run_and_kill(chosen, first, 1 + random() % 400);
        std::vector<core::sealed_record> again;
        for (const auto& list : told) {
            for (auto n = list.first; n < list.first + list.count; ++n) {
                expected.insert("order-" + std::to_string(n));
                again.push_back(make_record(pixel, n));
            }
        }
        // Lists that were committed and not answered any more may be there too: at most what one
        // round hands over.
        first = told.back().first + 1000;

        clock.advance(std::chrono::seconds(1));
        open();
        const auto records = lease(1'000'000);
        std::set<std::string> found;
        spool::record_id last = 0;
        bool ascending = true;
        for (const auto& record : records) {
            found.insert(record.event_id);
            ascending = ascending && record.id > last;
            last = record.id;
        }
        CHECK(ascending);
        CHECK(found.size() == records.size());
        CHECK(std::ranges::includes(found, expected));
        CHECK(queue->count().waiting == records.size());
        const auto statuses = append(*queue, std::move(again)).value();
        CHECK(std::ranges::count(statuses, duplicate) == std::ssize(statuses));
        queue.reset();
        CHECK(ask("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'") == 1);
    }
}

TEST_CASE_METHOD(spool_fixture, "crash: after kill -9 a pixel's share is what its rows take") {
    std::uint64_t first = 1;
    for (std::uint64_t round = 0; round < 3; ++round) {
        CAPTURE(round);
        first = run_and_kill(chosen, first, 20).back().first + 1000;
        const auto held = static_cast<std::uint64_t>(ask("SELECT sum(size) FROM records"));
        const std::uint64_t next = 10'000'000 + round;
        const auto size = spool::stored_size(make_content(pixel, next));
        chosen.limits.max_bytes_of_pixel[pixel] = {held + size - 1};
        open();
        CHECK(add(next).error() == spool::errc::quota);
        chosen.limits.max_bytes_of_pixel[pixel] = {held + size};
        open();
        CHECK(add(next).has_value());
        queue.reset();
        chosen.limits.max_bytes_of_pixel.clear();
    }
}
