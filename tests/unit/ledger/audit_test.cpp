#include "audit_fixture.hpp"

#include <support/command.hpp>
#include <thread>

using namespace gatepost;
using namespace gatepost::test;
using kind = core::subject_key::kind;

TEST_CASE_METHOD(audit_fixture, "audit: a visitor's lines are found by any key, oldest first") {
    open();
    append(1, {subject(1), subject(7, kind::phone)});
    append(2, {subject(2)});
    append(3, {subject(7, kind::phone)});
    append(4, {});
    CHECK(find({subject(1)}) == strings{"order-1"});
    CHECK(find({subject(7, kind::phone)}) == strings{"order-1", "order-3"});
    CHECK(find({subject(1), subject(2), subject(9)}) == strings{"order-1", "order-2"});
    CHECK(find({subject(7)}).empty()); // an e-mail address, not a phone number
    CHECK(find({subject(7, kind::phone)}, "shop", 1) == strings{"order-1"});
    CHECK(ids(read()) == strings{"order-1", "order-2", "order-3", "order-4"});
}

TEST_CASE_METHOD(audit_fixture, "audit: controllers do not see each other's visitors") {
    open();
    append(1, {subject(1)}, "shop");
    append(2, {subject(1)}, "other");
    CHECK(find({subject(1)}, "shop") == strings{"order-1"});
    CHECK(erase({subject(1)}, "shop").value() == 1);
    CHECK(find({subject(1)}, "shop").empty());
    CHECK(find({subject(1)}, "other") == strings{"order-2"});
}

TEST_CASE_METHOD(audit_fixture, "audit: an erasure takes every key of a line away, and says so") {
    open();
    append(1, {subject(1), subject(7, kind::phone)});
    append(2, {subject(7, kind::phone)});
    append(3, {subject(3)});
    clock.advance(std::chrono::seconds(5));
    CHECK(erase({subject(1)}).value() == 1);
    // Order 1 does not lead back by the phone number either; order 2 was not asked for.
    CHECK(find({subject(1), subject(7, kind::phone)}) == strings{"order-2"});
    CHECK(erase({subject(1)}).value() == 0);
    CHECK(erase({subject(7, kind::phone), subject(3)}).value() == 2);
    const auto lines = read();
    CHECK(ids(lines) == strings{"order-1", "order-2", "order-3", "erased", "erased", "erased"});
    const auto told = parse(lines[5]);
    CHECK(told.root().find("links").integer() == 2);
    CHECK(told.root().find("controller").text() == "shop");
    CHECK(told.root().find("at").text() == "2026-11-22T12:00:05.000Z");
    // Four records of 41 bytes, and nothing in them.
    CHECK(content(file("audit-0000000001.links")) == std::string(std::size_t{4} * 41, '\0'));
}

TEST_CASE_METHOD(audit_fixture, "audit: who comes after an erasure is linked again") {
    open();
    append(1, {subject(1)});
    erase({subject(1)}).value();
    append(2, {subject(1)});
    CHECK(find({subject(1)}) == strings{"order-2"});
}

TEST_CASE_METHOD(audit_fixture,
                 "audit: a link is another for each line, and no key stands in lines") {
    open();
    append(1, {subject(0x4142434445464748)});
    append(2, {subject(0x4142434445464748)});
    const auto lines = read();
    CHECK(parse(lines[0]).root().find("link").text() != parse(lines[1]).root().find("link").text());
    CHECK(content(file("audit-0000000001.jsonl")).find("4142434445464748") == std::string::npos);
    CHECK(content(file("audit-0000000001.links")).find("ABCDEFGH") != std::string::npos);
}

TEST_CASE_METHOD(audit_fixture, "audit: event ids are hashed when they are not to be plain") {
    chosen.plain_event_ids = false;
    open();
    append(1, {});
    const auto document = parse(read().at(0));
    const std::string id(document.root().find("event_id").text());
    const auto expected =
        output_of("openssl dgst -sha256 -hmac " + secret + " -r", "audit event_id:order-1");
    CHECK(id == "hmac:" + expected.substr(0, 32));
}

TEST_CASE_METHOD(audit_fixture, "audit: is read from a moment on, until enough") {
    open();
    append(1, {});
    clock.advance(std::chrono::seconds(10));
    append(2, {});
    append(3, {});
    const auto since = fake_clock::start + std::chrono::seconds(10);
    CHECK(ids(read(since)) == strings{"order-2", "order-3"});
    CHECK(read(since + std::chrono::milliseconds(1)).empty());
    strings seen;
    CHECK_FALSE(ledger::read_audit(chosen.directory, {}, [&](std::string_view line) {
        seen.emplace_back(line);
        return seen.size() < 2;
    }));
    CHECK(ids(seen) == strings{"order-1", "order-2"});
    const auto asked = [&](std::size_t most) {
        const auto lines = wait_for<strings>(
            [&](auto finished) { audit->read(since, most, std::move(finished)); });
        REQUIRE(lines.has_value());
        return ids(*lines);
    };
    CHECK(asked(1) == strings{"order-2"});
    CHECK(asked(9) == strings{"order-2", "order-3"});
    CHECK(asked(0).empty());
    CHECK(ledger::read_audit(directory.file("nowhere"), {}, [](auto) { return true; }) ==
          boost::system::errc::no_such_file_or_directory);
}

TEST_CASE_METHOD(audit_fixture, "audit: a restart goes on in the same file") {
    open();
    append(1, {subject(1)});
    open();
    append(2, {subject(1)});
    CHECK(find({subject(1)}) == strings{"order-1", "order-2"});
    CHECK(files() == strings{"audit-0000000001.jsonl", "audit-0000000001.links"});
}

TEST_CASE_METHOD(audit_fixture, "audit: with nothing recorded nothing is made") {
    chosen.record = ledger::audit_record::none;
    open();
    append(1, {subject(1)});
    CHECK(find({subject(1)}).empty());
    CHECK(erase({subject(1)}).value() == 0);
    CHECK_FALSE(std::filesystem::exists(chosen.directory));
    CHECK(audit->records() == ledger::audit_record::none);
}

TEST_CASE_METHOD(audit_fixture,
                 "audit: what was recorded once can be erased when nothing is any more") {
    open();
    append(1, {subject(1)});
    chosen.record = ledger::audit_record::none;
    open();
    append(2, {subject(1)});
    CHECK(find({subject(1)}) == strings{"order-1"});
    CHECK(erase({subject(1)}).value() == 1);
    CHECK(ids(read()) == strings{"order-1", "erased"});
}

TEST_CASE_METHOD(audit_fixture,
                 "audit: closing finishes what was asked for; later lines are lost") {
    open();
    append(1, {subject(1)});
    std::vector<std::size_t> told;
    for (int i = 0; i < 3; ++i) {
        audit->erase("shop", {subject(1)},
                     [&](core::result<std::size_t> given) { told.push_back(given.value()); });
    }
    audit->close();
    CHECK(told == std::vector<std::size_t>{1, 0, 0});
    append(2, {});
    CHECK(lost() == "1");
    CHECK(erase({subject(1)}).error() == ledger::errc::closed);
    CHECK(ids(read()) == strings{"order-1", "erased", "erased", "erased"});
}

TEST_CASE_METHOD(audit_fixture, "audit: lines from several threads, erasures and readers at once") {
    chosen.max_bytes = core::kibibytes(256); // many segments
    open();
    constexpr int threads = 3;
    constexpr int rounds = 200;
    std::vector<std::thread> running;
    for (int t = 0; t < threads; ++t) {
        running.emplace_back([&, t] {
            for (int i = 0; i < rounds; ++i) {
                append(t * rounds + i, {subject(static_cast<std::uint64_t>(t))});
            }
        });
    }
    std::size_t whole = 0, read_lines = 0;
    for (int i = 0; i < 20; ++i) {
        static_cast<void>(erase({subject(0)}).value());
        static_cast<void>(ledger::read_audit(chosen.directory, {}, [&](std::string_view line) {
            ++read_lines;
            whole += core::json::parse(std::string(line)).has_value() ? 1 : 0;
            return true;
        }));
    }
    for (auto& one : running) {
        one.join();
    }
    CHECK(whole == read_lines);
    static_cast<void>(erase({subject(0)}).value());
    CHECK(find({subject(0)}).empty());
    CHECK(lost() == "0");
    const auto left = find({subject(2)});
    REQUIRE_FALSE(left.empty());
    CHECK(left.back() == "order-" + std::to_string(threads * rounds - 1));
}
