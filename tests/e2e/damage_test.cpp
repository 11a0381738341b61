// Files that are damaged, and copies of whole ones: the real program, and what it and its commands
// say.

#include "rows.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <sstream>
#include <support/command.hpp>
#include <support/dead_letters.hpp>
#include <vector>

using namespace gatepost;
using namespace gatepost::test;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t page = 4096;

void overwrite(const fs::path& file, std::size_t from, const std::string& bytes) {
    std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
    out.seekp(static_cast<std::streamoff>(from));
    out << bytes;
}

// What a command said and how it ended, "exit 1" as its last line.
std::string said_by(const std::string& arguments) {
    return output_of("sh -c '" + program_under_test() + " " + arguments + " 2>&1; echo exit $?'",
                     "");
}

std::string check(const sidecar& of) {
    return said_by("spool check --config " + of.config_file());
}

bool says(const std::string& text, const std::string& word) {
    return text.find(word) != std::string::npos;
}

// Lines of the log that hold the text.
std::string lines_with(const sidecar& of, const std::string& text) {
    std::string found;
    std::istringstream log(read_file(of.log_file()));
    for (std::string line; std::getline(log, line);) {
        if (says(line, text)) {
            found += line + '\n';
        }
    }
    return found;
}

// The files that were kept aside.
std::vector<fs::path> kept_aside(const sidecar& of) {
    std::vector<fs::path> files;
    for (const auto& each : fs::directory_iterator(of.spool())) {
        const auto name = each.path().filename().string();
        if (name.starts_with("spool.db.damaged-") && !name.ends_with("-wal") &&
            !name.ends_with("-shm")) {
            files.push_back(each.path());
        }
    }
    return files;
}

// Events that fill pages of their own, in one request.
std::set<std::string> post_heavy(stage& at, const std::string& name, std::size_t count) {
    std::set<std::string> ids;
    std::string list = "[";
    for (std::size_t i = 0; i < count; ++i) {
        const auto id = name + std::to_string(1000 + i);
        ids.insert(id);
        list += (i == 0 ? "" : ",") +
                event_of(pixel_code, id,
                         R"(,"properties":{"description":")" + std::string(900, 'w') + "\"}");
    }
    REQUIRE(at.post("/v1/events", list + "]").status == 202);
    return ids;
}

void kill(stage& at) {
    at.gatepost().process().signal(SIGKILL);
    at.gatepost().process().wait();
}

} // namespace

TEST_CASE("damage: a damaged spool is kept aside as it was, and what can be read is delivered") {
    struct row {
        const char* what;
        std::function<void(const fs::path& spool)> damage;
        bool loses; // some of the events cannot be read any more
    };
    const auto middle = [](const fs::path& file) { return fs::file_size(file) / page / 2 * page; };
    const std::vector<row> table{
        {"a page of zeros",
         [&](const fs::path& file) { overwrite(file, middle(file), std::string(page, '\0')); },
         true},
        {"a page of noise",
         [&](const fs::path& file) { overwrite(file, middle(file), std::string(page, '\xA5')); },
         true},
        {"cut off", [&](const fs::path& file) { fs::resize_file(file, middle(file)); }, true},
        {"all of it noise",
         [](const fs::path& file) { overwrite(file, 0, std::string(fs::file_size(file), '\xA5')); },
         true},
        {"emptied", [](const fs::path& file) { fs::resize_file(file, 0); }, true},
        {"a log that is none",
         [](const fs::path& file) {
             std::ofstream(file.string() + "-wal", std::ios::binary) << std::string(40'000, '\xA5');
         },
         false},
    };
    for (const auto& row : table) {
        CAPTURE(row.what);
        stage at({.tls = false, .retries = false});
        at.hold_back();
        auto posted = post_heavy(at, "event-", 300);
        posted.insert("held-back");
        REQUIRE(at.stop() == 0); // the file is whole, and its log empty
        const auto file = at.gatepost().spool() / "spool.db";
        REQUIRE(says(check(at.gatepost()), "whole\nexit 0"));
        row.damage(file);
        const auto damaged = read_file(file);
        if (row.loses) {
            CHECK_FALSE(says(check(at.gatepost()), "exit 0"));
        }

        at.gatepost().start();
        REQUIRE(at.settles());
        const auto told = lines_with(at.gatepost(), "it is kept aside");
        CHECK(says(told, "\"level\":\"error\""));
        const auto kept = kept_aside(at.gatepost());
        REQUIRE(kept.size() == 1);
        CHECK(says(told, kept.front().string()));
        CHECK(read_file(kept.front()) == damaged);
        // Each event that was taken over has been delivered, once, and none was made up.
        const auto times = at.times_arrived();
        CHECK(says(told, "\"waiting_taken\":" + std::to_string(times.size())));
        CHECK(times.size() >= (row.loses ? 0 : posted.size()));
        CHECK(times.size() <= posted.size());
        for (const auto& [id, count] : times) {
            CHECK(posted.contains(id));
            CHECK(count == 1);
        }
        CHECK(at.event(event_of(pixel_code, "after")).outcome == "queued");
        REQUIRE(at.settles());
        CHECK(says(check(at.gatepost()), "whole\nexit 0"));
    }
}

TEST_CASE("damage: of a spool with one bad page nearly everything is delivered") {
    stage at({.tls = false, .retries = false});
    at.hold_back();
    const auto posted = post_heavy(at, "event-", 900);
    REQUIRE(at.stop() == 0);
    const auto file = at.gatepost().spool() / "spool.db";
    overwrite(file, fs::file_size(file) / page / 2 * page, std::string(page, '\xA5'));
    at.gatepost().start();
    REQUIRE(at.settles());
    // A page holds two or three such events; an inner page would take none with it.
    CHECK(at.arrived_ids().size() >= posted.size() - 10);
    CHECK(says(lines_with(at.gatepost(), "it is kept aside"), "\"first_id_lost\""));
}

TEST_CASE("damage: found while it runs, nothing more is taken in until the next start") {
    stage at({.tls = false});
    at.upstream().control(R"({"code":50000})");
    auto posted = post_heavy(at, "first-", 1000);
    posted.merge(post_heavy(at, "second-", 1000));
    posted.merge(post_heavy(at, "third-", 1000));
    posted.merge(post_heavy(at, "fourth-", 1000));
    kill(at);
    at.gatepost().start(); // its memory holds none of the pages, nor does the log
    const auto file = at.gatepost().spool() / "spool.db";
    for (std::size_t at_page = 300; at_page < 320; ++at_page) {
        overwrite(file, at_page * page, std::string(page, '\xA5'));
    }
    at.upstream().control(R"({"mode":"ok"})");
    REQUIRE(eventually(
        [&] { return !lines_with(at.gatepost(), "no events are taken in any more").empty(); }));
    const auto refused = at.post("/v1/events", event_of(pixel_code, "during"));
    CHECK(refused.status == 503);
    CHECK(refused.headers.contains("retry-after"));
    kill(at);

    at.gatepost().start();
    REQUIRE(at.settles());
    CHECK(kept_aside(at.gatepost()).size() == 1);
    const auto arrived = at.arrived_ids();
    CHECK(arrived.size() >= posted.size() - 200);
    CHECK(std::ranges::includes(posted, arrived));
    CHECK(at.event(event_of(pixel_code, "after")).outcome == "queued");
}

TEST_CASE(
    "damage: a registry that is damaged keeps the daemon from starting, and nothing is sent") {
    stage at({.tls = false, .retries = false});
    at.hold_back();
    at.ask("/v1/consent", R"({"marketing":"denied","user":{"email":"alice@example.com"}})");
    REQUIRE(at.stop() == 0);
    const auto file = at.gatepost().spool() / "registry.db";
    const auto whole = read_file(file);
    for (const auto& damaged :
         {std::string(whole.size(), '\xA5'), whole.substr(0, whole.size() / 2),
          whole.substr(0, page) + std::string(whole.size() - page, '\0')}) {
        std::ofstream(file, std::ios::binary) << damaged;
        at.gatepost().launch();
        CHECK(at.gatepost().process().wait() == 1);
        CHECK(read_file(file) == damaged);
        CHECK(says(check(at.gatepost()), "exit 1"));
    }
    const auto told = lines_with(at.gatepost(), "gatepost: registry " + file.string());
    CHECK(says(told, "restore it and identity.key from a backup"));
    CHECK(at.arrivals().empty());

    std::ofstream(file, std::ios::binary) << whole;
    at.gatepost().start();
    REQUIRE(at.settles());
    CHECK(at.event(event_with("alices", R"("consent":{"marketing":"granted"},)"
                                        R"("user":{"email":"alice@example.com"})"))
              .rule == "withdrawn");
}

TEST_CASE("damage: a backup made under load is whole, and a daemon goes on from it") {
    stage at({.tls = false, .retries = false});
    at.hold_back();
    at.ask("/v1/consent", R"({"marketing":"denied","user":{"email":"alice@example.com"}})");
    const auto before = post_heavy(at, "before-", 500);
    const auto to = at.directory().file("backup");
    {
        // Somebody posts all the while.
        child_process backup({program_under_test(), "spool", "backup", "--config",
                              at.gatepost().config_file(), "--to", to},
                             at.directory().file("backup.log"));
        for (int i = 0; i < 20; ++i) {
            post_heavy(at, "meanwhile-" + std::to_string(i) + "-", 20);
        }
        CHECK(backup.wait() == 0);
    }
    CHECK(says(said_by("spool check --path " + to), "whole\nexit 0"));
    CHECK(says(said_by("spool backup --config " + at.gatepost().config_file() + " --to " + to),
               "exit 1"));

    kill(at);
    fs::remove_all(at.gatepost().spool());
    fs::rename(to, at.gatepost().spool());
    at.gatepost().start();
    REQUIRE(at.settles());
    CHECK(std::ranges::includes(at.arrived_ids(), before));
    CHECK(kept_aside(at.gatepost()).empty());
    CHECK(at.event(event_with("alices", R"("consent":{"marketing":"granted"},)"
                                        R"("user":{"email":"alice@example.com"})"))
              .rule == "withdrawn");
}
