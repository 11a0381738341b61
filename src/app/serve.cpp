#include "commands.hpp"
#include "daemon.hpp"

#include <gatepost/app/cli.hpp>
#include <gatepost/config/config.hpp>
#include <gatepost/core/version.hpp>
#include <gatepost/observe/log.hpp>
#include <gatepost/spool/sqlite_queue.hpp>

#include <csignal>
#include <iostream>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

namespace gatepost::app {
namespace {

std::vector<std::string> ids_of(const std::vector<ingest::pixel>& pixels) {
    std::vector<std::string> ids;
    for (const auto& pixel : pixels) {
        ids.push_back(pixel.id);
    }
    return ids;
}

// A dump would hold what visitors sent, and the tokens.
void forbid_core_dumps() {
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
}

// A standing test code keeps events out of the live reports, which nobody wants for long.
void warn_about_test_codes(const std::vector<ingest::pixel>& pixels) {
    for (const auto& pixel : pixels) {
        if (!pixel.test_event_code.empty()) {
            observe::log(observe::level::warn,
                         "test_event_code is set: events show up under Test Events only",
                         {{"pixel", pixel.id}});
        }
    }
}

} // namespace

int serve(const std::string& config_file) {
    std::signal(SIGPIPE, SIG_IGN);
    umask(0077);
    forbid_core_dumps();
    const auto chosen = config::load_file(config_file, config::secrets::read);
    if (chosen.has_error()) {
        for (const auto& problem : chosen.error()) {
            std::cerr << config::format(problem, config_file) << '\n';
        }
        return bad_configuration;
    }
    observe::configure_log(chosen->log);
    observe::metrics metrics(ids_of(chosen->ingest.pixels));
    auto queue = spool::open_sqlite_queue(chosen->spool, core::system_clock(), metrics);
    if (queue.has_error()) {
        std::cerr << "gatepost: spool.path " << chosen->spool.path << ": "
                  << queue.error().message() << '\n';
        return queue.error() == spool::errc::owned ? unavailable : failed;
    }
    const auto key = identity::load_or_create_key(chosen->key_path());
    if (key.has_error()) {
        std::cerr << "gatepost: identity.key_file " << chosen->key_path() << ": "
                  << key.error().message() << '\n';
        return failed;
    }
    observe::log(observe::level::info, "starting",
                 {{"version", core::version},
                  {"commit", core::commit},
                  {"pixels", chosen->ingest.pixels.size()},
                  {"waiting", (*queue)->count().waiting}});
    warn_about_test_codes(chosen->ingest.pixels);
    {
        daemon running(*chosen, **queue, *key, metrics);
        running.run();
    }
    (*queue)->close();
    observe::log(observe::level::info, "stopped", {{"waiting", (*queue)->count().waiting}});
    return done;
}

} // namespace gatepost::app
