// Secrets of a daemon that reads its configuration, or only their files, anew.

#include "environment_variable.hpp"
#include "loading.hpp"
#include "secret_file.hpp"

#include <gatepost/config/reload.hpp>

#include <support/temporary_directory.hpp>
#include <sys/stat.h>

using namespace gatepost;
using config::secrets;
using test::environment_variable;
using test::write_secret;
using words = std::vector<std::string>;
namespace fs = std::filesystem;

namespace {

const std::string old_token = "old-token-0123456789";
const std::string new_token = "new-token-0123456789";
const std::string old_key(64, 'a');
const std::string new_key(64, 'b');

spool::key_ring ring_of(const std::string& text) {
    return *spool::key_ring::parse(text);
}

// A configuration with one secret of each kind, and the daemon that runs by it.
struct running_fixture {
    running_fixture() {
        write_all(old_token, "user:old", old_key);
        write(yaml);
        running = config::load_file(file, secrets::read).value();
    }

    void write(const std::string& text) const { std::ofstream(file) << text; }
    void write_all(const std::string& token, const std::string& credentials,
                   const std::string& key) const {
        for (const auto* const name : {"pixel", "auth", "admin"}) {
            write_secret(directory.file(name), token);
        }
        write_secret(directory.file("proxy"), credentials);
        write_secret(directory.file("keys"), key);
    }
    // Without those that a test has to see missing.
    void remove_all() const {
        for (const auto* const name : {"pixel", "auth", "admin", "proxy", "keys"}) {
            fs::remove(directory.file(name));
        }
    }
    std::string yaml_with(const std::string& rest) const {
        return "pixels: [{id: P, access_token_file: " + directory.file("pixel") + "}]\n" + rest;
    }

    const test::temporary_directory directory;
    const environment_variable no_proxy{"NO_PROXY", std::nullopt};
    const environment_variable lower_no_proxy{"no_proxy", std::nullopt};
    const std::string file = directory.file("gatepost.yaml");
    const std::string yaml = yaml_with(
        "relay: {proxy: http://own:3128, proxy_credentials_file: " + directory.file("proxy") +
        "}\nauth: {token_file: " + directory.file("auth") + "}\nadmin: {token_file: " +
        directory.file("admin") + "}\nspool: {key_file: " + directory.file("keys") + "}\n");
    config::config running;
};

const std::string all_unreadable =
    "pixels[0].access_token_file relay.proxy_credentials_file auth.token_file admin.token_file "
    "spool.key_file ";

std::string keys_of(const config::problems& found) {
    std::string keys;
    for (const auto& each : found) {
        CHECK(each.message == "the file cannot be read");
        keys += each.key + " ";
    }
    return keys;
}

} // namespace

TEST_CASE_METHOD(running_fixture, "secrets anew: all that come from files are what those hold") {
    CHECK(running.spool.keys == ring_of(old_key));
    write_all(new_token, "user:new", new_key + "\n" + old_key);
    const auto now = config::reread_secrets(running);
    CHECK(now.found.empty());
    CHECK(now.access_tokens.at("P").reveal() == new_token);
    CHECK(now.proxy.value().credentials.reveal() == "user:new");
    CHECK(now.ingest_tokens.accepts(new_token));
    CHECK_FALSE(now.ingest_tokens.accepts(old_token));
    CHECK(now.admin_tokens.accepts(new_token));
    CHECK_FALSE(now.admin_tokens.accepts(old_token));
    CHECK(now.spool_keys == ring_of(new_key + "\n" + old_key));
}

TEST_CASE_METHOD(running_fixture, "secrets anew: files that are wrong are named and change "
                                  "nothing") {
    remove_all();
    const auto now = config::reread_secrets(running);
    CHECK(keys_of(now.found) == "pixels[P].access_token_file relay.proxy_credentials_file "
                                "auth.token_file admin.token_file spool.key_file ");
    CHECK(now.access_tokens.at("P").reveal() == old_token);
    CHECK(now.proxy.value().credentials.reveal() == "user:old");
    CHECK(now.ingest_tokens == running.ingest.door.tokens);
    CHECK(now.admin_tokens == running.admin_tokens);
    CHECK(now.spool_keys == running.spool.keys);
}

TEST_CASE_METHOD(running_fixture, "reload: a pipe in a secret's place holds nothing up") {
    remove_all();
    for (const auto* const name : {"pixel", "auth", "admin", "proxy", "keys"}) {
        REQUIRE(mkfifo(directory.file(name).c_str(), 0600) == 0);
    }
    const auto now = config::reread_secrets(running);
    REQUIRE(now.found.size() == 5);
    for (const auto& each : now.found) {
        CHECK(each.message == "this is no regular file (a pipe or a device)");
    }
    CHECK(now.spool_keys == running.spool.keys);
    CHECK(config::load_file(file, secrets::read).has_error()); // a start does not wait either
}

TEST_CASE_METHOD(running_fixture, "reload: secrets that cannot be read stay, and the rest of the "
                                  "file is new") {
    remove_all();
    write(yaml + "log: {level: debug}\n");
    CHECK(config::load_file(file, secrets::read).has_error());
    const auto anew = config::load_anew(file, running).value();
    CHECK(keys_of(anew.kept) == all_unreadable);
    CHECK(anew.kept.front().line == 1);
    CHECK(anew.fresh.log.level == observe::level::debug);
    CHECK(anew.fresh.access_tokens.at("P").reveal() == old_token);
    CHECK(anew.fresh.access_token_files == running.access_token_files);
    CHECK(anew.fresh.upstream.proxy.value().credentials.reveal() == "user:old");
    CHECK(anew.fresh.ingest.door.tokens == running.ingest.door.tokens);
    CHECK(anew.fresh.admin_tokens == running.admin_tokens);
    CHECK(anew.fresh.spool.keys == running.spool.keys);
}

TEST_CASE_METHOD(running_fixture, "reload: secrets that can be read are new") {
    write_all(new_token, "user:new", new_key);
    const auto anew = config::load_anew(file, running).value();
    CHECK(anew.kept.empty());
    CHECK(anew.fresh.access_tokens.at("P").reveal() == new_token);
    CHECK(anew.fresh.upstream.proxy.value().credentials.reveal() == "user:new");
    CHECK(anew.fresh.ingest.door.tokens.accepts(new_token));
    CHECK(anew.fresh.admin_tokens.accepts(new_token));
    CHECK(anew.fresh.spool.keys == ring_of(new_key));
}

TEST_CASE_METHOD(running_fixture, "reload: a secret of another file has nothing to fall back on") {
    const auto missing = directory.file("missing");
    auto changed = yaml;
    const auto name = GENERATE(as<std::string>(), "pixel", "auth", "admin", "proxy", "keys");
    CAPTURE(name);
    changed.replace(changed.find(directory.file(name)), directory.file(name).size(), missing);
    write(changed);
    const auto anew = config::load_anew(file, running);
    REQUIRE(anew.has_error());
    REQUIRE(anew.error().size() == 1);
    CHECK(anew.error()[0].message == "the file cannot be read");
}

TEST_CASE_METHOD(running_fixture, "reload: a token that was another pixel's is no pixel's") {
    remove_all();
    write("pixels: [{id: Q, access_token_file: " + directory.file("pixel") + "}]\n");
    CHECK(config::load_anew(file, running).has_error());
}

TEST_CASE_METHOD(running_fixture, "reload: a door that asks for tokens goes on asking") {
    write(yaml_with(""));
    auto anew = config::load_anew(file, running).value();
    CHECK(anew.fresh.ingest.door.tokens.empty());
    CHECK(config::keep_fixed(anew.fresh, running) == words{"auth.token_file", "admin.token_file"});
    CHECK(anew.fresh.ingest.door.tokens == running.ingest.door.tokens);
    CHECK(anew.fresh.admin_tokens == running.admin_tokens);
    // Their files go on being read, too.
    CHECK(anew.fresh.auth_token_file == running.auth_token_file);
    CHECK(anew.fresh.admin_token_file == running.admin_token_file);
}

TEST_CASE_METHOD(running_fixture, "reload: a door may begin to ask for tokens, and for others") {
    const auto tokenless = test::load(test::least);
    auto fresh = config::load_anew(file, tokenless).value().fresh;
    CHECK(config::keep_fixed(fresh, tokenless).empty());
    CHECK(fresh.ingest.door.tokens.accepts(old_token));

    write_secret(directory.file("other"), new_token);
    write(yaml_with("auth: {token_file: " + directory.file("other") +
                    "}\nadmin: {token_file: " + directory.file("other") + "}\n"));
    fresh = config::load_anew(file, running).value().fresh;
    CHECK(config::keep_fixed(fresh, running).empty());
    CHECK(fresh.ingest.door.tokens.accepts(new_token));
    CHECK_FALSE(fresh.admin_tokens.accepts(old_token));
}

TEST_CASE_METHOD(running_fixture, "reload: an address off loopback does not lose its token") {
    write(yaml + "listen: {http: \"0.0.0.0:8787\"}\n");
    CHECK(config::load_anew(file, running).has_value());
    write(yaml_with("listen: {http: \"0.0.0.0:8787\"}\n"));
    const auto anew = config::load_anew(file, running);
    REQUIRE(anew.has_error());
    CHECK(anew.error().at(0).key == "listen.http");
}

TEST_CASE_METHOD(running_fixture, "spool keys: a file that holds none is refused without a word of "
                                  "it") {
    const auto content = GENERATE(as<std::string>(), "", "# only a comment", "s3cret",
                                  old_key + "s3cret", old_key + "\n" + old_key);
    CAPTURE(content);
    write_secret(directory.file("keys"), content);
    const auto read = config::load_file(file, secrets::read);
    REQUIRE(read.has_error());
    REQUIRE(read.error().size() == 1);
    CHECK(read.error()[0].key == "spool.key_file");
    CHECK(read.error()[0].line == 5);
    CHECK_THAT(read.error()[0].message,
               !Catch::Contains("s3cret") && !Catch::Contains("aaaa") && !Catch::Equals(""));
}

TEST_CASE_METHOD(running_fixture, "spool keys: without secrets the file is named and not read") {
    remove_all();
    const auto read = test::load(yaml);
    CHECK(read.spool_key_file == directory.file("keys"));
    CHECK(read.spool.keys.empty());
}
