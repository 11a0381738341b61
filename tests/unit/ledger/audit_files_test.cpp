#include "audit_fixture.hpp"

#include <csignal>
#include <support/eventually.hpp>
#include <sys/resource.h>
#include <sys/stat.h>

using namespace gatepost;
using namespace gatepost::test;

namespace {

using std::chrono::hours;

unsigned mode(const std::string& path) {
    struct stat found {};
    REQUIRE(::stat(path.c_str(), &found) == 0);
    return found.st_mode & 07777;
}

// For the length of a test: no file of this process grows past `bytes`, as on a full disk.
class file_limit {
  public:
    explicit file_limit(std::uint64_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        auto limited = before_;
        limited.rlim_cur = bytes;
        ::setrlimit(RLIMIT_FSIZE, &limited);
    }
    ~file_limit() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }
    file_limit(const file_limit&) = delete;
    file_limit& operator=(const file_limit&) = delete;

  private:
    void (*handler_)(int);
    rlimit before_{};
};

struct with_umask {
    explicit with_umask(mode_t mask) : before(::umask(mask)) {}
    ~with_umask() { ::umask(before); }
    mode_t before;
};

} // namespace

TEST_CASE_METHOD(audit_fixture, "audit files: nobody else can read them, whatever the umask") {
    const auto mask = GENERATE(as<mode_t>{}, 0000, 0277);
    CAPTURE(mask);
    chosen.directory = directory.file("x/y/");
    {
        const with_umask set(mask == 0 ? 0 : 0077);
        std::filesystem::create_directory(directory.file("x"));
    }
    {
        const with_umask set(mask);
        open();
        append(1, {subject(1)});
    }
    CHECK(mode(chosen.directory) == 0700);
    CHECK(mode(file("audit-0000000001.jsonl")) == 0600);
    CHECK(mode(file("audit-0000000001.links")) == 0600);
}

TEST_CASE_METHOD(audit_fixture, "audit files: a second writer is told whose the trail is") {
    open();
    CHECK(try_open().error() == ledger::errc::owned);
    append(1, {});
    CHECK(read().size() == 1);
    audit.reset();
    CHECK(try_open().has_value());
}

TEST_CASE_METHOD(audit_fixture, "audit files: what a crash cut off is taken away") {
    open();
    append(1, {subject(1)});
    append(2, {subject(1)});
    audit.reset();
    SECTION("in the midst of a line") {
        add_bytes("audit-0000000001.jsonl", R"({"link":"0011)");
        CHECK(ids(read()) == strings{"order-1", "order-2"}); // and readers pass over it
    }
    SECTION("in the midst of a link") {
        add_bytes("audit-0000000001.links", "0123456789");
    }
    SECTION("between links and lines") {
        add_bytes("audit-0000000001.links", std::string(41, '\1'));
    }
    SECTION("a line longer than what is read at once") {
        add_bytes("audit-0000000001.jsonl", std::string(200'000, 'x'));
    }
    open();
    append(3, {subject(1)});
    CHECK(ids(read()) == strings{"order-1", "order-2", "order-3"});
    CHECK(find({subject(1)}) == strings{"order-1", "order-2", "order-3"});
    CHECK(content(file("audit-0000000001.links")).size() % 41 == 0);
}

TEST_CASE_METHOD(audit_fixture, "audit files: a first line that was cut off leaves nothing") {
    open();
    audit.reset();
    add_bytes("audit-0000000001.jsonl", R"({"outcome":)");
    open();
    append(1, {});
    CHECK(ids(read()) == strings{"order-1"});
}

TEST_CASE_METHOD(audit_fixture, "full disk: part of a line is taken back, later lines are whole") {
    open();
    append(1, {subject(1)});
    const auto lines = std::filesystem::file_size(file("audit-0000000001.jsonl"));
    const auto links = std::filesystem::file_size(file("audit-0000000001.links"));
    {
        const file_limit full(lines + 50); // a part of the second line fits
        append(2, {subject(1)});
        append(3, {subject(1)});
    }
    CHECK(std::filesystem::file_size(file("audit-0000000001.jsonl")) == lines);
    CHECK(std::filesystem::file_size(file("audit-0000000001.links")) == links);
    CHECK(lost() == "2");
    append(4, {subject(1)});
    CHECK(find({subject(1)}) == strings{"order-1", "order-4"});
    CHECK(ids(read()) == strings{"order-1", "order-4"});
}

TEST_CASE_METHOD(audit_fixture,
                 "segments: a full one is followed by the next, and all are searched") {
    chosen.max_bytes = core::kibibytes(64); // four of 16 KiB
    open();
    int n = 0;
    while (files().size() < 6) {
        REQUIRE(n < 1000);
        ++n;
        append(n, {subject(n % 2 == 0 ? 2 : 1)});
    }
    CHECK(std::filesystem::file_size(file("audit-0000000001.jsonl")) +
              std::filesystem::file_size(file("audit-0000000001.links")) <
          17 * 1024);
    const auto all = ids(read());
    CHECK(all.size() == static_cast<std::size_t>(n));
    CHECK(find({subject(1)}).size() == static_cast<std::size_t>((n + 1) / 2));
    CHECK(find({subject(1)}, "shop", 3) == strings{"order-1", "order-3", "order-5"});
    CHECK(erase({subject(2)}).value() == static_cast<std::size_t>(n / 2));
    CHECK(find({subject(2)}).empty());
    open();
    CHECK(find({subject(1)}).size() == static_cast<std::size_t>((n + 1) / 2));
}

TEST_CASE_METHOD(audit_fixture, "segments: past the size allowed the oldest go, as pairs") {
    chosen.max_bytes = core::kibibytes(64);
    open();
    for (int n = 1; n <= 1000; ++n) {
        append(n, {subject(1)});
    }
    const auto size = [&] {
        std::uintmax_t bytes = 0;
        for (const auto& name : files()) {
            std::error_code gone;
            const auto found = std::filesystem::file_size(file(name), gone);
            bytes += gone ? 0 : found;
        }
        return bytes;
    };
    // What was written faster than it could be removed goes with the next upkeep.
    find({});
    find({});
    CHECK(size() <= 64 * 1024);
    const auto left = ids(read());
    REQUIRE_FALSE(left.empty());
    CHECK(left.back() == "order-1000");
    CHECK(left.front() != "order-1");
    CHECK(find({subject(1)}) == left); // no lines without their links, none the other way round
    CHECK(size() > 32 * 1024);         // and not more went than had to
}

TEST_CASE_METHOD(audit_fixture,
                 "segments: what is older than the retention goes, what is not stays") {
    chosen.retention = hours(24) * 80;
    open();
    append(1, {subject(1)});
    clock.advance(hours(24) * 8); // a segment of its own
    append(2, {subject(1)});
    CHECK(files().size() == 4);
    clock.advance(hours(24) * 73); // order-1 is 81 days old, order-2 73
    REQUIRE(eventually([&] { return ids(read()) == strings{"order-2"}; }));
    CHECK(find({subject(1)}) == strings{"order-2"});
    clock.advance(hours(24) * 8);
    open(); // and at the start
    CHECK(read().empty());
    append(3, {subject(1)});
    CHECK(find({subject(1)}) == strings{"order-3"});
}

TEST_CASE_METHOD(audit_fixture, "segments: a file that is no segment is left alone") {
    open();
    audit.reset();
    for (const auto* name :
         {"audit-1.jsonl", "audit-0000000009.txt", "notes", "audit-000000000x.links"}) {
        add_bytes(name, "mine");
    }
    open();
    append(1, {});
    CHECK(ids(read()) == strings{"order-1"});
    CHECK(content(file("notes")) == "mine");
    CHECK(files().size() == 6);
}

TEST_CASE_METHOD(audit_fixture, "segments: a pair of which one file is missing is still read") {
    open();
    append(1, {subject(1)});
    audit.reset();
    std::filesystem::rename(file("audit-0000000001.links"), file("audit-0000000002.links"));
    open();
    append(2, {subject(2)});
    CHECK(ids(read()) == strings{"order-1", "order-2"});
    CHECK(find({subject(2)}) == strings{"order-2"});
    CHECK(erase({subject(1), subject(2)}).value() == 2);
}
