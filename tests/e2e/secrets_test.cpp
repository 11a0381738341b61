// Secrets and what visitors sent, where nobody should find them: in the memory of the real program
// after they were replaced, in dumps of it, and in files that others may read.

#include "rows.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <support/eventually.hpp>
#include <support/machine.hpp>
#include <support/process_memory.hpp>
#include <support/scripted_upstream.hpp>
#include <support/skipped.hpp>
#include <support/temporary_directory.hpp>
#include <sys/stat.h>
#include <vector>

using namespace gatepost;
using namespace gatepost::test;
namespace fs = std::filesystem;

namespace {

// Unlike anything that the program, its libraries or the test's environment may hold.
constexpr auto old_token = "0ld7tiktok7token7that7was7replaced7by7another7one";
constexpr auto new_token = "n3w7tiktok7token7that7takes7the7place7of7the7other";
constexpr auto old_shop = "0ld7ingest7token7of7the7shop7that7was7replaced7too";
constexpr auto new_shop = "n3w7ingest7token7of7the7shop7that7takes7its7place";
constexpr auto old_key = "b0d1e2f30415263748596a7b8c9dae0fb0d1e2f30415263748596a7b8c9dae01";
constexpr auto new_key = "c1d2e3f40516273849506b7c8d9eaf10c1d2e3f40516273849506b7c8d9eaf12";

// As tools that rotate secrets do it.
void replace(const fs::path& file, const std::string& text) {
    const auto draft = file.string() + ".new";
    std::ofstream(draft) << text << '\n';
    fs::permissions(draft, fs::perms::owner_read | fs::perms::owner_write);
    fs::rename(draft, file);
}

bool log_has(const sidecar& of, const std::string& text) {
    return read_file(of.log_file()).find(text) != std::string::npos;
}

std::string unhexed(std::string_view digits) {
    std::string bytes;
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        bytes += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
    }
    return bytes;
}

int post_as(sidecar& to, const std::string& shop, const std::string& id) {
    return http_connection(to.ingest())
        .post("/v1/events", event_of(pixel_code, id), {{"Authorization", "Bearer " + shop}})
        .status;
}

unsigned mode_of(const fs::path& file) {
    struct stat found {};
    REQUIRE(lstat(file.c_str(), &found) == 0);
    return found.st_mode & 07777U;
}

uid_t owner_of(const fs::path& file) {
    struct stat found {};
    REQUIRE(lstat(file.c_str(), &found) == 0);
    return found.st_uid;
}

} // namespace

TEST_CASE("memory: secrets that were replaced stand nowhere in it, and those in use once or so") {
    if (skipped(why_not_process_memory())) {
        return;
    }
    const temporary_directory directory;
    const auto token = directory.path() / "token";
    const auto shop = directory.path() / "shop";
    const auto key = directory.path() / "key";
    replace(token, old_token);
    replace(shop, old_shop);
    replace(key, old_key);
    sandbox_process upstream(program_under_test(), directory.path());
    sidecar gatepost(program_under_test(), directory.path(), upstream.address(),
                     {.more = std::string("pixels: [{id: ") + pixel_code + ", access_token_file: " +
                              token.string() + "}]\nauth: {token_file: " + shop.string() + "}\n",
                      .spool = "key_file: " + key.string(),
                      .relay = at_once});
    gatepost.start();
    const auto times = [&](const std::string& text) {
        return times_in_memory(gatepost.process().pid(), text);
    };
    REQUIRE(post_as(gatepost, old_shop, "before") == 202);
    REQUIRE(eventually([&] { return delivered(gatepost, pixel_code) == 1; }));
    CHECK(times(old_token) > 0); // what is in use is found, so the search is one
    CHECK(times(unhexed(old_key)) > 0);
    // Text that was read and understood is gone at once.
    CHECK(times(old_key) == 0);
    CHECK(times(read_file(gatepost.spool() / "identity.key").substr(0, 64)) == 0);

    replace(token, new_token);
    replace(shop, new_shop);
    replace(key, new_key);
    REQUIRE(eventually([&] { return post_as(gatepost, new_shop, "after") == 202; }));
    REQUIRE(eventually([&] { return log_has(gatepost, "a new access token is in use"); }));
    REQUIRE(eventually([&] { return times(unhexed(new_key)) > 0; }));
    const auto before = delivered(gatepost, pixel_code);
    REQUIRE(post_as(gatepost, new_shop, "with-the-new-token") == 202);
    REQUIRE(eventually([&] { return delivered(gatepost, pixel_code) > before; }));
    CHECK(times(old_token) == 0);
    CHECK(eventually([&] { return times(unhexed(old_key)) == 0; })); // when nothing is under it
    CHECK(times(new_token) > 0);
    CHECK(times(new_token) <= 2); // the configuration's and the relay's
    CHECK(times(new_key) == 0);
}

TEST_CASE("memory: a proxy's credentials that were replaced stand nowhere in it, in no writing") {
    if (skipped(why_not_process_memory())) {
        return;
    }
    const temporary_directory directory;
    const auto credentials = directory.path() / "credentials";
    replace(credentials, "gatepost:0ld7proxy7password7that7was7replaced");
    // It is asked for tunnels and opens none.
    const std::string refused = answer_bytes(407, "");
    scripted_upstream proxy(std::deque<scripted_act>(1000, {refused, scripted_act::end::closes}));
    sidecar gatepost(program_under_test(), directory.path(), {"https://upstream.invalid", ""},
                     {.relay = std::string(at_once) + ", proxy: \"" + proxy.url() +
                               "\", proxy_credentials_file: " + credentials.string()});
    gatepost.start();
    const auto times = [&](const std::string& text) {
        return times_in_memory(gatepost.process().pid(), text);
    };
    http_connection over(gatepost.ingest());
    REQUIRE(over.post("/v1/events", event_of(pixel_code, "waits")).status == 202);
    REQUIRE(eventually([&] { return requests(gatepost, pixel_code, "proxy") > 0; }));
    CHECK(times("0ld7proxy7password7that7was7replaced") > 0);

    replace(credentials, "gatepost:n3w7proxy7password7that7takes7its7place");
    REQUIRE(eventually([&] { return log_has(gatepost, "new credentials for the proxy"); }));
    // With them what waits is tried at once, which takes the old ones' place in every buffer.
    const auto asked = proxy.connections();
    REQUIRE(eventually([&] { return proxy.connections() > asked; }));
    CHECK(times("0ld7proxy7password7that7was7replaced") == 0);
    // By base64(1) of "gatepost:0ld7proxy7password7that7was7replaced", but for its end.
    CHECK(times("Z2F0ZXBvc3Q6MGxkN3Byb3h5N3Bhc3N3b3JkN3RoYXQ3d2FzN3JlcGxhY2Vk") == 0);
}

TEST_CASE("dumps: none is made of the process and others of its user do not see into it, unless "
          "wanted") {
    if (skipped(why_not_process_memory()) || skipped(why_not_programs({"setpriv", "prlimit"}))) {
        return;
    }
    constexpr uid_t nobody = 65534;
    const auto id = std::to_string(nobody);
    struct row {
        const char* more;
        const char* soft_limit;
        uid_t owner; // of what /proc shows of it: root's when it may not be looked into (proc(5))
    };
    for (const auto& row :
         {row{"", "0 ", 0}, row{"debug: {core_dumps: true}\n", "4096 ", nobody}}) {
        CAPTURE(row.more);
        const temporary_directory directory;
        sidecar gatepost(
            program_under_test(), directory.path(), {"http://127.0.0.1:1", ""},
            {.more = row.more,
             .under = {program_path("prlimit"), "--core=4096:4096", program_path("setpriv"),
                       "--reuid=" + id, "--regid=" + id, "--clear-groups"}});
        fs::create_directory(gatepost.spool());
        REQUIRE(chown(gatepost.spool().c_str(), nobody, nobody) == 0);
        fs::permissions(directory.path(), fs::perms(0755));
        gatepost.start();
        const auto of = "/proc/" + std::to_string(gatepost.process().pid());
        const auto limits = read_file(of + "/limits");
        const std::string name = "Max core file size";
        const auto value = limits.find_first_not_of(' ', limits.find(name) + name.size());
        CHECK(limits.substr(value, std::string(row.soft_limit).size()) == row.soft_limit);
        CHECK(owner_of(of + "/environ") == row.owner);
        CHECK(owner_of(of + "/mem") == row.owner);
        CHECK(log_has(gatepost, "debug.core_dumps is on") == (row.owner == nobody));
    }
}

TEST_CASE("files: every one that is made is the owner's alone, whatever the umask") {
    const temporary_directory directory;
    const auto socket = directory.path() / "ingest.sock";
    const auto below = directory.path() / "not" / "there" / "yet";
    sandbox_process upstream(program_under_test(), directory.path(), false);
    sidecar gatepost(program_under_test(), directory.path(), upstream.address(),
                     {.more = "listen: {http: 127.0.0.1:0, unix: " + socket.string() +
                              ", unix_mode: \"0620\"}\naudit: {record: all, path: " +
                              (directory.path() / "trail").string() + "}\n",
                      .spool_path = below,
                      .relay = at_once,
                      .under = {"/bin/sh", "-c", "umask 0; exec \"$@\"", "sh"}});
    gatepost.start();
    const auto look = [&] {
        std::size_t files = 0;
        for (const auto& root : {below, directory.path() / "trail"}) {
            CHECK(mode_of(root) == 0700);
            for (const auto& each : fs::recursive_directory_iterator(root)) {
                CAPTURE(each.path());
                CHECK(mode_of(each.path()) == (each.is_directory() ? 0700U : 0600U));
                files += each.is_directory() ? 0 : 1;
            }
        }
        return files;
    };
    CHECK(mode_of(socket) == 0620);
    REQUIRE(http_connection(gatepost.ingest())
                .post("/v1/events",
                      "[" + event_of(pixel_code, "sent") + "," +
                          event_with("dropped", R"("consent":{"marketing":"denied"})") + "]")
                .status == 202);
    REQUIRE(eventually([&] { return delivered(gatepost, pixel_code) == 1; }));
    REQUIRE(http_connection(gatepost.ingest())
                .post("/v1/erasure", R"({"user":{"email":"alice@example.com"}})")
                .status == 200);
    CHECK(look() >= 8); // spool, registry, their logs, the lock, the key, the trail
    const auto copy = directory.path() / "copy";
    child_process backup({"/bin/sh", "-c", "umask 0; exec \"$@\"", "sh", program_under_test(),
                          "spool", "backup", "--config", gatepost.config_file(), "--to",
                          copy.string()},
                         directory.file("backup.log"), {{"TEST_ACCESS_TOKEN", access_token}});
    CHECK(backup.wait() == 0);
    CHECK(mode_of(copy) == 0700);
    for (const auto& each : fs::directory_iterator(copy)) {
        CAPTURE(each.path());
        CHECK(mode_of(each.path()) == 0600);
    }
    gatepost.process().signal(SIGKILL);
    gatepost.process().wait();
    gatepost.start();
    look();
    gatepost.process().signal(SIGTERM);
    CHECK(gatepost.process().wait() == 0);
    look();
}
