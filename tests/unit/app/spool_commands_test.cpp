#include "captured.hpp"
#include "commands.hpp"
#include "gates_of.hpp"
#include "pipeline_of.hpp"

#include <gatepost/config/config.hpp>
#include <gatepost/event/decode.hpp>
#include <gatepost/observe/metrics.hpp>
#include <gatepost/spool/sqlite_queue.hpp>

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <future>
#include <sstream>
#include <support/fake_clock.hpp>
#include <support/temporary_directory.hpp>

using namespace gatepost;
namespace fs = std::filesystem;

namespace {

struct spool_files_fixture {
    spool_files_fixture() {
        const auto spool = directory.file("spool");
        std::ofstream(config) << "pixels: [{id: C0EXAMPLE, access_token_env: UNSET}]\n"
                              << "spool: {path: " << spool << "}\n";
        test::fake_clock clock;
        observe::metrics metrics{{"C0EXAMPLE"}};
        spool::open_sqlite_queue({.path = spool}, clock, metrics).value()->close();
        std::ofstream(spool + "/registry.db") << "";
        fs::copy_file(spool + "/spool.db", spool + "/registry.db",
                      fs::copy_options::overwrite_existing);
        std::ofstream(spool + "/identity.key") << "the key";
    }
    // The exit code of a command; what it prints is kept.
    template <class Command>
    int run(Command command) {
        const auto ran = test::captured(command);
        page = ran.out;
        complaint = ran.err;
        return ran.code;
    }
    int back_up() {
        return run([this] { return app::back_up_spool(config, to); });
    }
    int check() {
        return run([this] { return app::check_spool({.config_file = config}); });
    }

    test::temporary_directory directory;
    const std::string config = directory.file("gatepost.yaml");
    const std::string to = directory.file("backup");
    const std::string key = to + "/identity.key";
    std::string page;
    std::string complaint;
};

std::string text_of(const std::string& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

} // namespace

TEST_CASE_METHOD(spool_files_fixture,
                 "backup: into a directory of its own, for its user's eyes only") {
    REQUIRE(back_up() == 0);
    CHECK(fs::status(to).permissions() == fs::perms::owner_all);
    for (const auto* const name : {"spool.db", "registry.db", "identity.key"}) {
        CAPTURE(name);
        CHECK(fs::status(to + "/" + name).permissions() ==
              (fs::perms::owner_read | fs::perms::owner_write));
    }
    CHECK(text_of(key) == "the key");
}

TEST_CASE_METHOD(spool_files_fixture, "backup: a directory that others may write to gets nothing") {
    fs::create_directory(to);
    fs::permissions(to, fs::perms::all);
    CHECK(back_up() == 1);
    CHECK_THAT(complaint, Catch::Contains("nobody else may write to"));
    CHECK(fs::is_empty(to));
}

TEST_CASE_METHOD(spool_files_fixture,
                 "backup: what was planted in the key's place does not get it") {
    fs::create_directory(to);
    const auto elsewhere = directory.file("elsewhere");
    SECTION("a file") {
        std::ofstream(key) << "planted";
        fs::permissions(key, fs::perms::owner_all | fs::perms::others_read);
        CHECK(back_up() == 1);
        CHECK(text_of(key) == "planted");
    }
    SECTION("a link that leads nowhere yet") {
        fs::create_symlink(elsewhere, key);
        CHECK(back_up() == 1);
        CHECK_FALSE(fs::exists(elsewhere));
    }
    CHECK_THAT(complaint, Catch::Contains("identity.key is there already"));
    CHECK_FALSE(fs::exists(to + "/spool.db"));
}

TEST_CASE_METHOD(spool_files_fixture, "check: an emptied file is damage like any other") {
    REQUIRE(check() == 0);
    fs::resize_file(directory.file("spool/spool.db"), 0);
    CHECK(check() == 1);
    CHECK_THAT(page, Catch::Contains("spool.db: version 0\n  damaged: the file is empty\n"));
}

namespace {

// A spool whose events are encrypted, and how many are in it.
struct encrypted_fixture : spool_files_fixture {
    encrypted_fixture() { use_keys(directory.file("keys"), old_key); }

    // Writes a file of keys and names it in the configuration.
    void use_keys(const std::string& file, const std::string& keys) {
        key_file = file;
        std::ofstream(file) << keys;
        std::ofstream(config) << "pixels: [{id: C0EXAMPLE, access_token_env: UNSET}]\n"
                              << "spool: {path: " << directory.file("spool")
                              << ", key_file: " << file << "}\n";
    }
    // Adds an event under the first of `keys`, none for in the clear.
    void add_event(const std::string& keys) {
        const auto chosen = config::load_file(config, config::secrets::ignore).value();
        const auto gates = app::gates_of(chosen);
        auto pipeline = app::passing_pipeline(chosen, chosen.ingest, gates);
        const auto now = core::system_clock().wall();
        auto judged = pipeline.judge(
            event::decode_body(R"({"event":"Purchase","consent":{"marketing":"granted"},
                "user":{"external_id":"u1"},"page":{"url":"https://shop.example/"}})",
                               event::body_format::json)
                .value(),
            {}, {.now = now, .received = now, .events_wait = false});
        auto ring = keys.empty() ? spool::key_ring() : *spool::key_ring::parse(keys);
        observe::metrics metrics{{"C0EXAMPLE"}};
        const auto queue = spool::open_sqlite_queue({.path = chosen.spool.path, .keys = ring},
                                                    core::system_clock(), metrics)
                               .value();
        std::promise<bool> committed;
        queue->append(std::move(judged.records),
                      [&](const auto& answer) { committed.set_value(answer.has_value()); });
        REQUIRE(committed.get_future().get());
        queue->close();
    }
    static std::string name_of(const std::string& key) {
        return spool::shown(spool::key_ring::parse(key)->newest()->name);
    }

    const std::string old_key = std::string(64, 'a');
    const std::string new_key = std::string(64, 'b');
    std::string key_file;
};

} // namespace

TEST_CASE_METHOD(encrypted_fixture, "check: a spool in the clear says so once there is a key") {
    REQUIRE(check() == 0);
    CHECK_THAT(page, Catch::Contains("  encrypted: none, 0 in the clear\n  whole\n"));
}

TEST_CASE_METHOD(encrypted_fixture, "check: names the keys that events are under, and no key") {
    add_event(old_key);
    add_event(old_key);
    REQUIRE(check() == 0);
    CHECK_THAT(page, Catch::Contains("  encrypted: 2 under " + name_of(old_key) +
                                     ", 0 in the clear\n  whole\n"));
    CHECK_THAT(page, !Catch::Contains(old_key) && !Catch::Contains("u1"));
}

TEST_CASE_METHOD(encrypted_fixture, "check: without a key that is needed the daemon would not "
                                    "start") {
    add_event(old_key);
    use_keys(key_file, new_key);
    CHECK(check() == 1);
    CHECK_THAT(page, Catch::Contains("1 under " + name_of(old_key) +
                                     " (a key that is not given: not looked into)"));
    CHECK_THAT(page, Catch::Contains("The daemon does not start like this"));
}

TEST_CASE_METHOD(encrypted_fixture, "check: a file that was kept aside is looked at with keys or "
                                    "without") {
    add_event(old_key);
    const auto file = directory.file("spool/spool.db");
    CHECK(run([&] { return app::check_spool({.path = file}); }) == 0);
    CHECK_THAT(page, Catch::Contains("(a key that is not given: not looked into)"));
    CHECK(run([&] { return app::check_spool({.path = file, .key_file = key_file}); }) == 0);
    CHECK_THAT(page, !Catch::Contains("not looked into"));
}

TEST_CASE_METHOD(encrypted_fixture, "check: keys that cannot be read are named by their file") {
    use_keys(key_file, "s3cret");
    CHECK(check() == 1);
    CHECK_THAT(complaint,
               Catch::StartsWith("gatepost: " + key_file + ": ") && !Catch::Contains("s3cret"));
}

TEST_CASE_METHOD(encrypted_fixture, "backup: what is encrypted stays so, and its keys stay out of "
                                    "it") {
    add_event(old_key);
    REQUIRE(back_up() == 0);
    CHECK_FALSE(fs::exists(to + "/keys"));
    CHECK_THAT(page, Catch::Contains("Events are encrypted in the copy as they are in the spool") &&
                         Catch::Contains(key_file + ", are not in it"));
    CHECK(run([&] { return app::check_spool({.path = to, .key_file = key_file}); }) == 0);
    CHECK_THAT(page, Catch::Contains("encrypted: 1 under " + name_of(old_key)));
}

TEST_CASE_METHOD(encrypted_fixture, "backup: keys that stand in the spool's directory go with it") {
    use_keys(directory.file("spool/spool.key"), old_key);
    add_event(old_key);
    REQUIRE(back_up() == 0);
    CHECK(text_of(to + "/spool.key") == old_key);
    CHECK(fs::status(to + "/spool.key").permissions() ==
          (fs::perms::owner_read | fs::perms::owner_write));
    CHECK_THAT(page, Catch::Contains("whoever has the copy can read them"));
}
