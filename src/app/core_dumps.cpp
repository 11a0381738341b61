#include "core_dumps.hpp"

#include <gatepost/observe/log.hpp>

#include <sys/prctl.h>
#include <sys/resource.h>

namespace gatepost::app {

void forbid_core_dumps() {
    rlimit size{};
    getrlimit(RLIMIT_CORE, &size);
    size.rlim_cur = 0; // the hard limit stays for allow_core_dumps()
    setrlimit(RLIMIT_CORE, &size);
    prctl(PR_SET_DUMPABLE, 0);
}

void allow_core_dumps() {
    rlimit size{};
    getrlimit(RLIMIT_CORE, &size);
    size.rlim_cur = size.rlim_max;
    setrlimit(RLIMIT_CORE, &size);
    prctl(PR_SET_DUMPABLE, 1);
    observe::log(observe::level::warn,
                 "debug.core_dumps is on: a dump holds tokens and what visitors sent");
}

} // namespace gatepost::app
