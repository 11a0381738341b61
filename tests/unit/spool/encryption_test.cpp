// Encryption at rest: what stands in the files, byte for byte, and that everything works as it does
// in the clear.
#include "dead_fixture.hpp"
#include "key_fixture.hpp"

#include <gatepost/spool/spool_files.hpp>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <support/eventually.hpp>
#include <support/failing_disk.hpp>
#include <sys/wait.h>
#include <unistd.h>

using namespace gatepost;
using namespace gatepost::test;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view planted = "d1f2-planted-by-a-test-77c0";

core::sealed_record marked(std::uint64_t n) {
    auto content = make_content(spool_fixture::pixel, n);
    content.event = "Event-" + std::string(planted);
    content.event_id = std::string(planted) + "-" + std::to_string(n);
    content.payload = "{\"user\":\"" + std::string(planted) + "\"}";
    content.evidence = "{\"rule\":\"" + std::string(planted) + "\"}";
    return tiktok::encoder::seal(std::move(content));
}

struct encrypted_fixture : walk_fixture {
    encrypted_fixture() { chosen.keys = make_keys(first_key); }

    std::vector<core::sealed_record> marked_records(std::uint64_t first, std::uint64_t count) {
        std::vector<core::sealed_record> records;
        for (auto n = first; n < first + count; ++n) {
            records.push_back(marked(n));
        }
        return records;
    }
    // Whether any file of the spool has these bytes in it.
    bool is_stored(std::string_view bytes) const {
        for (const auto& entry : fs::directory_iterator(chosen.path)) {
            std::ifstream in(entry.path(), std::ios::binary);
            const std::string all{std::istreambuf_iterator<char>(in), {}};
            if (all.find(bytes) != std::string::npos) {
                return true;
            }
        }
        return false;
    }
    bool encrypts_all() {
        return eventually([this] { return queue->count().to_encrypt_anew == 0; });
    }
    void let_upkeep_pass() {
        clock.advance(std::chrono::seconds(1));
        flush_upkeep();
    }
    std::vector<spool::dead_letter> dead_letters() {
        std::promise<std::vector<spool::dead_letter>> listed;
        queue->list_dead({}, 1000, [&](auto letters) { listed.set_value(letters.value()); });
        return listed.get_future().get();
    }
    core::error_code open_error() { return try_open().error(); }
};

} // namespace

TEST_CASE_METHOD(encrypted_fixture, "encryption: nothing of an event can be read in the files") {
    const bool encrypted = GENERATE(true, false);
    chosen.keys = encrypted ? make_keys(first_key) : spool::key_ring();
    open();
    append(*queue, marked_records(1, 3)).value();
    CHECK(is_stored(planted) == !encrypted);
    // Its subject key too: digest 1 and ~1, most significant byte first.
    const std::string subject("\x01\0\0\0\0\0\0\0\x01\xff\xff\xff\xff\xff\xff\xff\xfe", 17);
    CHECK(is_stored(subject) == !encrypted);
    CHECK(is_stored("shop")); // the controller stands in the clear

    const auto records = lease();
    REQUIRE(records.size() == 3);
    const auto expected = make_content(pixel, 1);
    CHECK(records[0].event == "Event-" + std::string(planted));
    CHECK(records[0].event_id == std::string(planted) + "-1");
    CHECK(records[0].payload == "{\"user\":\"" + std::string(planted) + "\"}");
    CHECK(records[0].evidence == "{\"rule\":\"" + std::string(planted) + "\"}");
    CHECK(records[0].subjects == expected.subjects);
    CHECK(records[0].received == expected.received);

    auto words = dead_letter("invalid");
    words.message = "upstream repeats planted-message-55";
    settle({records[0]}, words);
    flush();
    CHECK(is_stored("planted-message-55") == !encrypted);
    const auto letters = dead_letters();
    REQUIRE(letters.size() == 1);
    CHECK(letters[0].message == words.message);
    CHECK(letters[0].event_id == std::string(planted) + "-1");
    CHECK(letters[0].request_id == "R");
    CHECK(shown() == std::vector<std::string>{"leased " + std::string(planted) + "-2",
                                              "leased " + std::string(planted) + "-3",
                                              "dead " + std::string(planted) + "-1"});
}

TEST_CASE_METHOD(encrypted_fixture, "encryption: a spool whose keys are missing is not opened") {
    open();
    add(1, 3).value();
    settle(lease(1), dead_letter("invalid"));
    flush();
    queue.reset();
    const auto keys = chosen.keys;
    const auto records = ask("SELECT count(*) + sum(length(box)) FROM records");
    for (const auto& wrong : {spool::key_ring(), make_keys(second_key)}) {
        chosen.keys = wrong;
        CHECK(open_error() == spool::errc::no_key);
    }
    CHECK(ask("SELECT count(*) + sum(length(box)) FROM records") == records);
    // A dead letter's key is missed as well.
    chosen.keys = keys;
    open();
    settle(lease());
    flush();
    queue.reset();
    REQUIRE(ask("SELECT count(*) FROM records") == 0);
    chosen.keys = {};
    CHECK(open_error() == spool::errc::no_key);
    chosen.keys = make_keys(second_key + "\n" + first_key);
    open();
    CHECK(dead_letters().front().message == "bad");
}

TEST_CASE_METHOD(encrypted_fixture,
                 "encryption: what waited in the clear is encrypted, and its plain text gone") {
    chosen.keys = {};
    open();
    append(*queue, marked_records(1, 700)).value(); // more than one step's
    settle(lease(300), {.id = 0,
                        .how = spool::settled_as::dead,
                        .reason = "invalid",
                        .code = 40002,
                        .message = std::string(planted),
                        .request_id = "R",
                        .attempts = 1});
    flush();
    auto before = queue->count();
    CHECK(before.to_encrypt_anew == 0);
    const bool while_open = GENERATE(true, false);
    CAPTURE(while_open);
    if (while_open) {
        queue->use_keys(make_keys(first_key));
        flush();
    } else {
        chosen.keys = make_keys(first_key);
        open();
    }
    REQUIRE(encrypts_all());
    let_upkeep_pass();
    CHECK_FALSE(is_stored(planted));
    CHECK(queue->count().waiting == before.waiting);
    CHECK(queue->count().dead == before.dead);
    CHECK(queue->count().bytes == before.bytes);
    CHECK(append(*queue, marked_records(650, 2)).value() == std::vector{duplicate, duplicate});
    CHECK(dead_letters().back().message == planted);
    chosen.keys = make_keys(first_key);
    open();
    CHECK(queue->count().to_encrypt_anew == 0);
    CHECK(queue->count().bytes == before.bytes);
    const auto records = lease();
    REQUIRE(records.size() == 400);
    for (std::size_t i = 0; i < records.size(); ++i) {
        REQUIRE(records[i].event_id == std::string(planted) + "-" + std::to_string(301 + i));
    }
}

TEST_CASE_METHOD(encrypted_fixture,
                 "encryption: after a key was replaced the older one is not needed any more") {
    open();
    add(1, 300).value();
    settle(lease(100), dead_letter("invalid"));
    flush();
    const auto leased = lease(50);
    const auto bytes = queue->count().bytes;
    queue->use_keys(make_keys(second_key + "\n" + first_key));
    add(301).value();
    REQUIRE(encrypts_all());
    CHECK(queue->count().bytes > bytes); // by the new one alone
    // What is on its way stays so.
    CHECK(queue->count().leased == 50);
    settle(leased);
    flush();
    queue->use_keys(make_keys(second_key));
    CHECK(lease().size() == 151);
    CHECK(dead_letters().size() == 100);
    chosen.keys = make_keys(second_key);
    open();
    CHECK(event_ids(lease(2)) == std::vector<std::string>{"order-151", "order-152"});
    CHECK(queue->count().waiting == 151);
}

TEST_CASE_METHOD(encrypted_fixture,
                 "encryption: a key that is taken away too early is kept while it is needed") {
    open();
    add(1, 300).value();
    settle(lease(1), dead_letter("invalid"));
    queue->use_keys(make_keys(second_key));
    flush();
    CHECK(lease().size() == 299);
    REQUIRE(encrypts_all());
    chosen.keys = make_keys(second_key);
    open();
    CHECK(lease().size() == 299);
    CHECK(dead_letters().front().event_id == "order-1");
    // Without any key what is encrypted stays so, and what is new does not.
    queue->use_keys({});
    flush();
    add(301).value();
    CHECK(event_ids(lease()) == std::vector<std::string>{"order-301"});
    CHECK(queue->count().to_encrypt_anew == 300);
    CHECK(is_stored("order-301"));
    CHECK_FALSE(is_stored("order-299"));
}

TEST_CASE_METHOD(
    encrypted_fixture,
    "encryption: a key that comes before its predecessor is through takes nothing away") {
    failing_disk disk;
    open();
    add(1, 3).value();
    flush_upkeep();
    std::promise<void> under_second;
    std::promise<void> looked;
    // On the writer's thread: the third key comes in the one step that encrypts all three under the
    // second, and is not looked at before they have been leased.
    disk.answer([&, given = false, over = false]() mutable {
        const bool encrypting = queue->count().to_encrypt_anew > 0;
        if (encrypting && !given) {
            given = true;
            clock.advance(std::chrono::seconds(1)); // so that the upkeep behind the step writes
            queue->use_keys(make_keys(third_key));
        } else if (given && !encrypting && !over) {
            over = true;
            under_second.set_value();
            looked.get_future().wait();
        }
        return SQLITE_OK;
    });
    queue->use_keys(make_keys(second_key));
    under_second.get_future().wait();
    const auto records = lease();
    looked.set_value();
    CHECK(event_ids(records) == std::vector<std::string>{"order-1", "order-2", "order-3"});
    CHECK(add(4).value() == std::vector{queued}); // not found damaged
    CHECK(eventually([&] {
        flush();
        return queue->count().to_encrypt_anew == 0;
    }));
    disk.answer(nullptr);
    chosen.keys = make_keys(third_key);
    open();
    CHECK(lease().size() == 4);
    queue.reset();
}

TEST_CASE_METHOD(encrypted_fixture,
                 "encryption: on a full disk it waits, and what is held drains meanwhile") {
    failing_disk disk;
    chosen.keys = {};
    open();
    add(1, 600).value();
    const auto records = lease(2);
    const auto reserve = chosen.path + "/spool.reserve";
    disk.answer([&] { return fs::file_size(reserve) > 0 ? SQLITE_FULL : SQLITE_OK; });
    CHECK(add(601).error() == spool::errc::full);
    queue->use_keys(make_keys(first_key));
    settle(records);
    flush();
    flush();
    CHECK(queue->count().waiting == 598);
    CHECK(queue->count().to_encrypt_anew == 598);
    disk.answer(nullptr);
    CHECK(eventually([&] {
        clock.advance(std::chrono::milliseconds(250));
        flush();
        return queue->count().to_encrypt_anew == 0;
    }));
    CHECK(lease().size() == 598);
    queue.reset();
}

TEST_CASE_METHOD(encrypted_fixture, "encryption: a box that does not open stops only itself") {
    open();
    add(1, 5).value();
    const auto page = ask("SELECT id FROM records ORDER BY id LIMIT 1");
    queue.reset();
    {
        auto file_opened = sqlite::database::open(file(), sqlite::database::access::read_write);
        // A bit of the second event's payload.
        file_opened
            ->prepare("UPDATE records SET box = CAST(substr(box, 1, 60) || x'00' ||"
                      " substr(box, 62) AS BLOB) WHERE id = ?")
            .with(page + 1)
            .run();
        REQUIRE_FALSE(file_opened->failure());
    }
    const auto found = spool::inspect(file(), chosen.keys).value();
    CHECK(found.faults ==
          std::vector<std::string>{"1 waiting events that do not open with their key"});
    REQUIRE(found.keys.size() == 1);
    CHECK(found.keys[0].records == 5);
    CHECK(found.keys[0].known);
    // Without the key nobody can tell.
    const auto unknown = spool::inspect(file(), {}).value();
    CHECK(unknown.faults.empty());
    CHECK_FALSE(unknown.keys.at(0).known);
    CHECK(spool::shown(unknown.keys[0].key) == "7fb3f5d6a08b3cc1");

    open();
    const auto records = lease();
    CHECK(event_ids(records) ==
          std::vector<std::string>{"order-1", "order-3", "order-4", "order-5"});
    CHECK(queue->look(pixel).value().waiting() == 0); // so that nobody asks again and again
    CHECK(queue->count().waiting == 5);
    CHECK(add(6).error() == spool::errc::io); // found damaged
    // Whose event it was nobody can tell, and whoever asked for a walk is told so.
    std::vector<std::string> seen;
    CHECK(walk([&](const spool::held_record& held) {
              seen.emplace_back(held.event_id);
              return false;
          }) == spool::errc::unreadable);
    CHECK(seen == event_ids(records));
    settle(records);
    queue->close();
    // The next start keeps the file aside and leaves the event behind.
    open();
    CHECK(queue->count().waiting == 0);
    CHECK(add(6).value() == std::vector{queued});
}

TEST_CASE_METHOD(encrypted_fixture,
                 "encryption: of a damaged file the other boxes are taken over") {
    open();
    add(1, 300).value();
    settle(lease(5), dead_letter("invalid"));
    flush();
    queue.reset();
    const auto size = fs::file_size(file());
    {
        std::fstream bytes(file(), std::ios::in | std::ios::out | std::ios::binary);
        bytes.seekp(static_cast<std::streamoff>(size / 4096 / 2 * 4096));
        bytes << std::string(4096, '\0');
    }
    open();
    const auto records = lease();
    CHECK(records.size() > 250);
    CHECK(records.size() < 295);
    CHECK(dead_letters().size() == 5);
    CHECK(dead_letters().front().message == "bad");
    CHECK(spool::inspect(file(), chosen.keys).value().faults.empty());
}

TEST_CASE_METHOD(encrypted_fixture, "encryption: a pixel that lost its name keeps its events") {
    open();
    add(1, 3).value();
    queue.reset();
    {
        auto opened = sqlite::database::open(file(), sqlite::database::access::read_write);
        opened->run("DELETE FROM pixels");
        REQUIRE_FALSE(opened->failure());
    }
    open();
    const auto records = queue->lease("lost-pixel-1", {}).value();
    CHECK(event_ids(records) == std::vector<std::string>{"order-1", "order-2", "order-3"});
    CHECK(add(1).value() == std::vector{queued}); // nobody is told that it is on its way
}

TEST_CASE_METHOD(encrypted_fixture, "encryption: a backup opens with the same key, and no other") {
    open();
    add(1, 20).value();
    fs::create_directory(directory.file("restored"));
    REQUIRE_FALSE(spool::back_up(file(), directory.file("restored/spool.db")));
    chosen.path = directory.file("restored");
    CHECK_FALSE(is_stored("order-7"));
    chosen.keys = {};
    CHECK(open_error() == spool::errc::no_key);
    chosen.keys = make_keys(first_key);
    open();
    CHECK(lease().size() == 20);
}

TEST_CASE_METHOD(encrypted_fixture, "encryption: a kill in the middle of it loses nothing") {
    chosen.keys = {};
    open();
    add(1, 700).value();
    settle(lease(100), dead_letter("invalid"));
    flush();
    queue.reset();
    // The n-th write or sync of a process that does nothing else kills it.
    int kills = 0;
    for (int nth = 1; nth < 2000; nth += 7) {
        const pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            failing_disk disk;
            std::atomic<int> left = nth;
            disk.answer([&] {
                if (--left == 0) {
                    ::kill(::getpid(), SIGKILL);
                }
                return SQLITE_OK;
            });
            chosen.keys = make_keys(second_key + "\n" + first_key);
            auto opened = try_open();
            while (opened && (*opened)->count().to_encrypt_anew > 0) {
                static_cast<void>(append(**opened, {}));
            }
            ::_exit(opened.has_value() ? 0 : 1);
        }
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        if (WIFEXITED(status)) {
            REQUIRE(WEXITSTATUS(status) == 0);
            break;
        }
        ++kills;
        chosen.keys = make_keys(second_key);
        const auto found = spool::inspect(file(), chosen.keys).value();
        CHECK(found.faults.empty());
        REQUIRE(found.pixels.size() == 1);
        CHECK(found.pixels[0].waiting == 600);
        CHECK(found.dead.at(0).count == 100);
    }
    CHECK(kills >= 5);
    open();
    REQUIRE(encrypts_all());
    CHECK(queue->count().dead == 100);
    const auto records = lease();
    REQUIRE(records.size() == 600);
    for (std::size_t i = 0; i < records.size(); ++i) {
        REQUIRE(records[i].event_id == "order-" + std::to_string(101 + i));
    }
    CHECK(add(1).value() == std::vector{queued});
    CHECK(add(150).value() == std::vector{duplicate});
}
