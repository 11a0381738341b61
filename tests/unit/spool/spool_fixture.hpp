// A spool in a directory of its own, with a clock that the test turns.
#pragma once

#include <gatepost/observe/metrics.hpp>
#include <gatepost/spool/sqlite_queue.hpp>
#include <gatepost/sqlite/database.hpp>

#include <catch2/catch.hpp>

#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <support/fake_clock.hpp>
#include <support/sealed_record_factory.hpp>
#include <support/temporary_directory.hpp>
#include <vector>

namespace gatepost::test {

using append_result = core::result<std::vector<spool::append_status>>;

constexpr auto queued = spool::append_status::queued;
constexpr auto duplicate = spool::append_status::duplicate;

inline core::record make_content(const std::string& pixel, std::uint64_t n) {
    return {.pixel = pixel,
            .event = "Purchase",
            .event_id = "order-" + std::to_string(n),
            .controller = "shop",
            .payload = R"({"event":"Purchase","n":)" + std::to_string(n) + "}",
            .evidence = R"({"rule":"explicit-grant"})",
            .duplicate_key = {std::hash<std::string>{}(pixel), n},
            .subjects = {{core::subject_key::kind::email, {n, ~n}}},
            .event_time = core::to_seconds(fake_clock::start),
            .received = fake_clock::start};
}

inline core::sealed_record make_record(const std::string& pixel, std::uint64_t n) {
    return tiktok::encoder::seal(make_content(pixel, n));
}

// The records first, first + 1, ... of a pixel.
inline std::vector<core::sealed_record> make_records(const std::string& pixel, std::uint64_t first,
                                                     std::uint64_t count) {
    std::vector<core::sealed_record> records;
    for (auto n = first; n < first + count; ++n) {
        records.push_back(make_record(pixel, n));
    }
    return records;
}

inline append_result append(spool::queue& queue, std::vector<core::sealed_record> records) {
    std::promise<append_result> answer;
    queue.append(std::move(records),
                 [&](append_result given) { answer.set_value(std::move(given)); });
    return answer.get_future().get();
}

class spool_fixture {
  public:
    static constexpr auto pixel = "PIXEL-A";
    static constexpr auto other_pixel = "PIXEL-B";

    spool_fixture() { chosen.path = directory.file("spool"); }

    core::result<std::unique_ptr<spool::queue>> try_open() {
        return spool::open_sqlite_queue(chosen, clock, metrics);
    }
    void open() {
        queue.reset();
        auto opened = try_open();
        REQUIRE(opened.has_value());
        queue = std::move(*opened);
    }

    append_result add(std::uint64_t first, std::uint64_t count = 1) {
        return append(*queue, make_records(pixel, first, count));
    }
    // Until everything handed over before has been committed, or has failed to be.
    void flush() { static_cast<void>(append(*queue, {})); }
    // Until the upkeep after the last commit is over as well.
    void flush_upkeep() {
        flush();
        flush();
    }

    std::vector<spool::leased_record> lease(std::size_t most = 1000) {
        auto leased = queue->lease(pixel, {.max_events = most});
        REQUIRE(leased.has_value());
        return *leased;
    }
    // When something of what waits is due; nullopt when nothing waits.
    std::optional<core::steady_time> next_due(const std::string& of) {
        const auto seen = queue->look(of).value();
        return seen.fresh > 0 ? clock.steady() : seen.next_due_again;
    }
    void settle(const std::vector<spool::leased_record>& records,
                const spool::settlement& as = {}) {
        std::vector<spool::settlement> settlements;
        for (const auto& record : records) {
            settlements.push_back(as);
            settlements.back().id = record.id;
        }
        queue->settle(pixel, std::move(settlements));
    }

    std::string file() const { return chosen.path + "/spool.db"; }
    // Asks the file itself, past the queue.
    std::int64_t ask(const std::string& sql) const {
        auto opened = sqlite::database::open(file(), sqlite::database::access::read_only);
        REQUIRE(opened.has_value());
        const auto answer = opened->ask(sql);
        REQUIRE_FALSE(opened->failure());
        return answer;
    }

    temporary_directory directory;
    fake_clock clock;
    observe::metrics metrics{{pixel, other_pixel}};
    spool::options chosen;
    std::unique_ptr<spool::queue> queue;
};

inline std::vector<std::string> event_ids(const std::vector<spool::leased_record>& records) {
    std::vector<std::string> ids;
    for (const auto& record : records) {
        ids.push_back(record.event_id);
    }
    return ids;
}

inline spool::settlement dead_letter(const std::string& reason) {
    return {.id = 0,
            .how = spool::settled_as::dead,
            .reason = reason,
            .code = 40002,
            .message = "bad",
            .request_id = "R",
            .attempts = 2};
}

} // namespace gatepost::test
