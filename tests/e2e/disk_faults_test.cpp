// A disk that is full, fails or can only be read: the real program on disks that are.

#include "rows.hpp"

#include <csignal>
#include <filesystem>
#include <set>
#include <support/dead_letters.hpp>
#include <support/injected_error.hpp>
#include <support/loop_disk.hpp>
#include <support/skipped.hpp>
#include <vector>

using namespace gatepost;
using namespace gatepost::test;

namespace {

std::string granted(const std::string& id, const std::string& more = "") {
    return event_with(id, R"("consent":{"marketing":"granted"})" + more);
}

// Posts events until one has met this status; those that were taken are kept in `taken`.
bool post_until(stage& at, int status, const std::string& name, std::set<std::string>& taken) {
    const std::string weight(16 * 1024, 'w');
    int count = 0;
    return eventually([&] {
        const auto id = name + std::to_string(count++);
        const auto answer = at.post(
            "/v1/events", granted(id, R"(,"properties":{"description":")" + weight + "\"}"));
        if (answer.status == 202) {
            taken.insert(id);
        } else {
            CHECK(answer.status == 503);
            CHECK(answer.headers.contains("retry-after"));
        }
        return answer.status == status;
    });
}

bool takes(stage& at, const std::string& id, std::set<std::string>& taken) {
    const bool queued = at.post("/v1/events", granted(id)).status == 202;
    if (queued) {
        taken.insert(id);
    }
    return queued;
}

bool all_arrive(stage& at, const std::set<std::string>& taken) {
    return eventually([&] {
        const auto there = at.arrived_ids();
        return std::ranges::includes(there, taken);
    });
}

bool log_has(stage& at, const std::string& text) {
    return read_file(at.gatepost().log_file()).find(text) != std::string::npos;
}

} // namespace

TEST_CASE("disk faults: on a full disk what waits drains and settles, and room is used again") {
    const temporary_directory where;
    if (skipped(loop_disk::why_not(where.path()))) {
        return;
    }
    loop_disk disk(where.path(), 16);
    stage at({.tls = false, .spool_path = disk.root() / "spool"});
    at.upstream().control(R"({"code":50000})");
    std::set<std::string> taken;
    for (int i = 0; i < 100; ++i) {
        REQUIRE(takes(at, "before-" + std::to_string(i), taken));
    }

    disk.fill();
    REQUIRE(post_until(at, 503, "on-the-brink-", taken));
    const auto ready = http_get(at.gatepost().admin(), "/readyz");
    CHECK(ready.status == 200);
    CHECK(ready.body.find("full") != std::string::npos);
    const auto settled_before = at.gatepost().unsettled();
    CHECK(settled_before == static_cast<double>(taken.size()));

    at.upstream().control(R"({"mode":"ok"})");
    REQUIRE(at.settles());
    CHECK(all_arrive(at, taken));
    CHECK(dead_letters(at.gatepost().spool()).empty());

    disk.free();
    REQUIRE(post_until(at, 202, "after-", taken));
    REQUIRE(at.settles());
    CHECK(at.arrived_ids() == std::vector<std::string>(taken.begin(), taken.end()));
    // What was settled on the full disk stays settled.
    at.kill_and_start();
    CHECK(at.gatepost().unsettled() == 0);
}

TEST_CASE("disk faults: what is acknowledged on a full disk is there after kill -9 on it") {
    const temporary_directory where;
    if (skipped(loop_disk::why_not(where.path()))) {
        return;
    }
    loop_disk disk(where.path(), 16);
    stage at({.tls = false, .spool_path = disk.root() / "spool", .retries = false});
    at.hold_back();
    std::set<std::string> taken{"held-back"};
    REQUIRE(takes(at, "before", taken));
    disk.fill();
    REQUIRE(post_until(at, 503, "on-the-brink-", taken));
    at.kill_and_start();
    REQUIRE(at.settles());
    CHECK(at.arrived_ids() == std::vector<std::string>(taken.begin(), taken.end()));
}

TEST_CASE("disk faults: a write or sync that fails is a 503, and what is acknowledged is safe") {
    if (skipped(injected_error::why_not())) {
        return;
    }
    struct row {
        const char* durability;
        const char* calls;
        const char* error;
    };
    const std::vector<row> table{{"process", "pwrite64", "EIO"},
                                 {"process", "pwrite64", "ENOSPC"},
                                 {"power", "pwrite64", "EIO"},
                                 {"power", "fdatasync,fsync", "EIO"}};
    for (const auto& row : table) {
        CAPTURE(row.durability, row.calls, row.error);
        stage at({.spool = std::string("durability: ") + row.durability, .tls = false});
        std::set<std::string> taken;
        REQUIRE(takes(at, "before", taken));
        std::vector<std::string> refused;
        {
            const injected_error broken(at.gatepost().process().pid(), row.calls, row.error);
            REQUIRE(eventually([&] { return !takes(at, "first", taken); }));
            for (int i = 0; i < 10; ++i) {
                const auto id = "during-" + std::to_string(i);
                if (!takes(at, id, taken)) {
                    refused.push_back(id);
                }
            }
            CHECK(refused.size() == 10);
            CHECK(http_get(at.gatepost().admin(), "/healthz").status == 200);
        }
        REQUIRE(eventually([&] { return takes(at, "after", taken); }));
        REQUIRE(at.settles());
        CHECK(all_arrive(at, taken));
        // Nothing was kept of what was refused: sent again it is no duplicate.
        for (const auto& id : refused) {
            CHECK_FALSE(at.has_arrived(id));
            CHECK(at.event(granted(id)).outcome == "queued");
        }
        REQUIRE(at.settles());
        CHECK(at.times_arrived().at(refused.front()) == 1);
        CHECK(log_has(at, "spool"));
    }
}

TEST_CASE("disk faults: kill -9 while every sync fails loses nothing that was acknowledged") {
    if (skipped(injected_error::why_not())) {
        return;
    }
    stage at({.spool = "durability: power", .retries = false});
    at.hold_back();
    std::set<std::string> taken{"held-back"};
    for (int i = 0; i < 20; ++i) {
        REQUIRE(takes(at, "before-" + std::to_string(i), taken));
    }
    {
        const injected_error broken(at.gatepost().process().pid(), "fdatasync,fsync", "EIO");
        REQUIRE(eventually([&] { return !takes(at, "during", taken); }));
        at.gatepost().process().signal(SIGKILL);
        at.gatepost().process().wait();
    }
    at.gatepost().start();
    REQUIRE(at.settles());
    CHECK(all_arrive(at, taken));
}

TEST_CASE("disk faults: a withdrawal that cannot be written is a 503, and in effect all the same") {
    if (skipped(injected_error::why_not())) {
        return;
    }
    stage at({.tls = false});
    const std::string alice = R"("user":{"email":"alice@example.com"})";
    REQUIRE(at.event(granted("before", "," + alice)).outcome == "queued");
    REQUIRE(at.settles());
    {
        const injected_error broken(at.gatepost().process().pid(), "fdatasync,fsync", "EIO");
        const auto withdrawal = R"({"marketing":"denied",)" + alice + "}";
        REQUIRE(eventually([&] { return at.post("/v1/consent", withdrawal).status == 503; }));
        CHECK(at.event(granted("during", "," + alice)).rule == "withdrawn");
    }
    // It is written down as soon as that can be done.
    REQUIRE(eventually([&] {
        return at.post("/v1/consent", R"({"marketing":"denied",)" + alice + "}").status == 200;
    }));
    at.kill_and_start();
    CHECK(at.event(granted("after", "," + alice)).rule == "withdrawn");
    CHECK(at.arrived_ids() == std::vector<std::string>{"before"});
}

TEST_CASE("disk faults: a disk that falls read-only takes nothing, and what waits survives it") {
    const temporary_directory where;
    if (skipped(loop_disk::why_not(where.path()))) {
        return;
    }
    loop_disk disk(where.path(), 16);
    stage at({.tls = false, .spool_path = disk.root() / "spool"});
    at.upstream().control(R"({"code":50000})");
    std::set<std::string> taken;
    for (int i = 0; i < 50; ++i) {
        REQUIRE(takes(at, "before-" + std::to_string(i), taken));
    }
    disk.fall_read_only();
    REQUIRE(eventually([&] { return !takes(at, "during", taken); }));
    CHECK(http_get(at.gatepost().admin(), "/healthz").status == 200);
    // What can be read is sent, although it cannot be written down that it was.
    at.upstream().control(R"({"mode":"ok"})");
    CHECK(all_arrive(at, taken));
    at.gatepost().process().signal(SIGKILL);
    at.gatepost().process().wait();
    disk.remount();
    at.gatepost().start();
    REQUIRE(at.settles());
    CHECK(at.arrived_ids() == std::vector<std::string>(taken.begin(), taken.end()));
    CHECK(takes(at, "after", taken));
}

TEST_CASE("disk faults: on a read-only disk the daemon does not start, and says what it needs") {
    const temporary_directory where;
    if (skipped(loop_disk::why_not(where.path()))) {
        return;
    }
    loop_disk disk(where.path(), 16);
    stage at({.tls = false, .spool_path = disk.root() / "spool", .retries = false});
    at.hold_back();
    REQUIRE(at.stop() == 0);
    disk.forbid_writing();
    at.gatepost().launch();
    CHECK(at.gatepost().process().wait() == 1);
    CHECK(log_has(at, "on a file system that can be written to"));
    CHECK(log_has(at, "Read-only file system"));
    CHECK(log_has(at, at.gatepost().spool().string()));
    disk.allow_writing();
    at.gatepost().start();
    REQUIRE(at.settles());
    CHECK(at.has_arrived("held-back"));
}
