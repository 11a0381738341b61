#include "child.hpp"
#include "descriptors.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <sys/resource.h>

using namespace gatepost;

namespace {

// What the process logs of a limit.
std::string warned(std::size_t limit, const config::config& chosen) {
    return test::in_child([limit, &chosen] {
        int ends[2];
        if (pipe(ends) != 0 || dup2(ends[1], STDERR_FILENO) < 0) {
            return std::string("no pipe");
        }
        app::warn_about_descriptors(chosen, limit);
        close(ends[1]);
        close(STDERR_FILENO);
        char block[4096];
        const auto count = read(ends[0], block, sizeof(block));
        return std::string(block, count > 0 ? static_cast<std::size_t>(count) : 0);
    });
}

} // namespace

TEST_CASE("descriptors: the soft limit is raised to the hard one") {
    const auto said = test::in_child([] {
        const rlimit low{.rlim_cur = 128, .rlim_max = 200};
        setrlimit(RLIMIT_NOFILE, &low);
        const auto raised = app::raise_descriptor_limit();
        rlimit now{};
        getrlimit(RLIMIT_NOFILE, &now);
        return std::to_string(raised) + ' ' + std::to_string(now.rlim_cur);
    });
    CHECK(said == "200 200");
}

TEST_CASE("descriptors: every connection that is allowed counts, in and out") {
    config::config chosen;
    const auto before = app::descriptors_needed(chosen);
    CHECK(before > chosen.listen.limits.max_connections + chosen.relay.connections);
    chosen.listen.limits.max_connections += 1000;
    chosen.relay.connections += 10;
    CHECK(app::descriptors_needed(chosen) == before + 1010);
}

TEST_CASE("descriptors: a limit below what may be needed is told, with both numbers") {
    config::config chosen;
    const auto needed = app::descriptors_needed(chosen);
    CHECK(warned(needed, chosen).empty());
    const auto line = warned(needed - 1, chosen);
    CHECK(line.find("\"level\":\"warn\"") != std::string::npos);
    CHECK(line.find("\"limit\":" + std::to_string(needed - 1)) != std::string::npos);
    CHECK(line.find("\"needed\":" + std::to_string(needed)) != std::string::npos);
}
