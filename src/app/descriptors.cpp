#include "descriptors.hpp"

#include <gatepost/observe/log.hpp>

#include <cerrno>
#include <sys/resource.h>
#include <system_error>

namespace gatepost::app {
namespace {

// Operators' connections (at most 64 on each of two listeners), those that each of the three
// servers turns away (36), listening sockets, the files of the spool, the registry and the audit
// trail, and what each thread's event loop keeps.
constexpr std::size_t own = 384;

rlimit current_limit() {
    rlimit now{};
    if (getrlimit(RLIMIT_NOFILE, &now) != 0) {
        throw std::system_error(errno, std::generic_category(), "RLIMIT_NOFILE");
    }
    return now;
}

} // namespace

std::size_t descriptors_needed(const config::config& chosen) {
    return chosen.listen.limits.max_connections + chosen.relay.connections + own;
}

std::size_t raise_descriptor_limit() {
    auto limit = current_limit();
    limit.rlim_cur = limit.rlim_max;
    // Where it is not permitted the old one stays, and the caller sees it.
    setrlimit(RLIMIT_NOFILE, &limit);
    return current_limit().rlim_cur;
}

void warn_about_descriptors(const config::config& chosen, std::size_t limit) {
    if (const auto needed = descriptors_needed(chosen); limit < needed) {
        observe::log(observe::level::warn,
                     "the limit of open files is too low for listen.max_connections: raise "
                     "LimitNOFILE, or connections are refused before",
                     {{"limit", limit}, {"needed", needed}});
    }
}

} // namespace gatepost::app
