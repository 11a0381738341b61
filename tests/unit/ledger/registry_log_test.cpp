// Whom the registry says in the log that it holds choices for in vain.
#include "registry_fixture.hpp"

#include <gatepost/core/json.hpp>

#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <functional>
#include <unistd.h>

using namespace gatepost;
using namespace gatepost::test;
using forsaken = std::vector<std::pair<std::string, std::optional<std::int64_t>>>;

namespace {

// The controllers, with their keys, that `act` leaves warnings about on standard error.
forsaken named_by(const std::function<void()>& act) {
    const temporary_directory directory;
    const auto path = directory.file("stderr");
    std::fflush(stderr);
    const int kept = dup(STDERR_FILENO);
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    dup2(file, STDERR_FILENO);
    act();
    std::fflush(stderr);
    dup2(kept, STDERR_FILENO);
    ::close(kept);
    ::close(file);
    forsaken named;
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);) {
        const auto said = core::json::parse(line).value();
        CHECK(said.root().find("level").text() == "warn");
        named.emplace_back(said.root().find("controller").text(),
                           said.root().find("keys").integer());
    }
    return named;
}

struct renamed_fixture : registry_fixture {
    renamed_fixture() {
        chosen.controllers = {{"PIXEL-A", "shop"}, {"PIXEL-B", "brand"}};
        open();
        record(visitor({1, 2}), choice::erased, 10);
        record(visitor({1}, "brand"), choice::granted, 10);
        record(visitor({3}, "brand"), choice::denied, 10);
        note_gpc(visitor({4}, "brand"), 10);
    }
    forsaken at_start(ledger::controllers_by_pixel controllers) {
        chosen.controllers = std::move(controllers);
        registry.reset();
        return named_by([this] { open(); });
    }
};

} // namespace

TEST_CASE_METHOD(renamed_fixture, "registry: a start tells of controllers that no pixel has") {
    CHECK(at_start({{"PIXEL-A", "shop"}, {"PIXEL-B", "brand"}}).empty());
    CHECK(at_start({{"PIXEL-A", "brand"}, {"PIXEL-B", "shop"}, {"PIXEL-C", "new"}}).empty());
    CHECK(at_start({{"PIXEL-A", "store"}, {"PIXEL-B", "brand"}}) == forsaken{{"shop", 2}});
    CHECK(at_start({{"PIXEL-C", "store"}}) == forsaken{{"brand", 3}, {"shop", 2}});
}

TEST_CASE_METHOD(renamed_fixture,
                 "registry: a new configuration does too, as long as any are held") {
    CHECK(named_by([&] {
              registry->use_controllers({{"PIXEL-A", "shop"}});
          }) == forsaken{{"brand", 3}});
    registry->lift(visitor({1, 2}), at(20));
    CHECK(named_by([&] { registry->use_controllers({{"PIXEL-B", "brand"}}); }).empty());
}
