// Files that the daemon's user may not use, from the start or all of a sudden: the real program
// under a user that is not root.

#include "rows.hpp"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <support/machine.hpp>
#include <support/skipped.hpp>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

using namespace gatepost;
using namespace gatepost::test;
namespace fs = std::filesystem;

namespace {

constexpr uid_t nobody = 65534;

std::vector<std::string> as_nobody() {
    const auto id = std::to_string(nobody);
    return {program_path("setpriv"), "--reuid=" + id, "--regid=" + id, "--clear-groups"};
}

std::optional<std::string> why_not_as_nobody() {
    if (geteuid() != 0) {
        return "it takes root to be another user";
    }
    if (const auto missing = why_not_programs({"setpriv"})) {
        return missing;
    }
    std::string command;
    for (const auto& word : as_nobody()) {
        command += word + " ";
    }
    return std::system((command + "test -x '" + program_under_test() + "'").c_str()) == 0
               ? std::nullopt
               : std::optional<std::string>("other users may not run the program where it is");
}

// A daemon of a user of its own, with a sandbox behind it.
class unprivileged {
  public:
    unprivileged()
        : upstream_(program_under_test(), directory_.path(), false),
          gatepost_(program_under_test(), directory_.path(), upstream_.address(),
                    {.under = as_nobody()}) {
        fs::create_directory(gatepost_.spool());
        own(gatepost_.spool(), nobody);
        fs::permissions(directory_.path(), fs::perms(0755));
        gatepost_.start();
    }

    static void own(const fs::path& file, uid_t user) {
        REQUIRE(chown(file.c_str(), user, user) == 0);
    }
    sidecar& gatepost() { return gatepost_; }
    sandbox_process& upstream() { return upstream_; }
    int post(const std::string& id) {
        return http_connection(gatepost_.ingest())
            .post("/v1/events", event_of(pixel_code, id))
            .status;
    }
    bool arrives(const std::string& id) {
        return eventually([&] {
            bool there = false;
            upstream_.events().root().find("events").each_element([&](core::json::value each) {
                there = there || each.find("event").find("event_id").text() == id;
            });
            return there;
        });
    }
    // The daemon, started, ends by itself; what it said.
    std::string refusal() {
        const auto before = read_file(gatepost_.log_file()).size();
        gatepost_.launch();
        CHECK(gatepost_.process().wait() == 1);
        return read_file(gatepost_.log_file()).substr(before);
    }
    void end(int signal) {
        gatepost_.process().signal(signal);
        gatepost_.process().wait();
    }

  private:
    temporary_directory directory_;
    sandbox_process upstream_;
    sidecar gatepost_;
};

} // namespace

TEST_CASE("permissions: what the daemon's user may not use is named at the start") {
    if (skipped(why_not_as_nobody())) {
        return;
    }
    unprivileged at;
    at.upstream().control(R"({"code":50000})");
    REQUIRE(at.post("waits") == 202);
    at.end(SIGKILL);
    const auto spool = at.gatepost().spool();
    for (const auto& file : {spool, spool / "spool.db", spool / "spool.lock", spool / "registry.db",
                             spool / "identity.key"}) {
        const auto mode = fs::status(file).permissions();
        fs::permissions(file, fs::perms::none);
        const auto closed = at.refusal();
        CAPTURE(file, closed);
        CHECK(closed.find(file.string()) != std::string::npos);
        CHECK(closed.find("Permission denied") != std::string::npos);
        fs::permissions(file, mode);

        unprivileged::own(file, 0);
        CHECK(at.refusal().find(file.string()) != std::string::npos);
        unprivileged::own(file, nobody);
    }
    at.upstream().control(R"({"mode":"ok"})");
    at.gatepost().start();
    CHECK(at.arrives("waits"));
}

TEST_CASE("permissions: lost while it runs, what is acknowledged is delivered all the same") {
    if (skipped(why_not_as_nobody())) {
        return;
    }
    unprivileged at;
    REQUIRE(at.post("before") == 202);
    REQUIRE(at.arrives("before"));
    const auto spool = at.gatepost().spool();
    std::vector<fs::path> closed{spool};
    for (const auto& each : fs::directory_iterator(spool)) {
        closed.push_back(each.path());
    }
    std::vector<fs::perms> modes;
    for (const auto& file : closed) {
        modes.push_back(fs::status(file).permissions());
        fs::permissions(file, fs::perms::none);
    }
    // What is open stays open, so nothing has to be refused; what is must be so with a 503.
    const auto status = at.post("during");
    CHECK((status == 202 || status == 503));
    if (status == 202) {
        CHECK(at.arrives("during"));
    }
    at.end(SIGTERM);
    CHECK(at.refusal().find(spool.string()) != std::string::npos);
    for (std::size_t i = 0; i < closed.size(); ++i) {
        if (fs::exists(closed[i])) {
            fs::permissions(closed[i], modes[i]);
        }
    }
    at.gatepost().start();
    CHECK(at.post("after") == 202);
    CHECK(at.arrives("after"));
}
