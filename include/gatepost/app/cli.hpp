// The command line (docs/operations.md "Commands").
#pragma once

namespace gatepost::app {

// Exit codes, after sysexits.h.
enum exit_code : int {
    done = 0,
    failed = 1,
    wrong_usage = 64,
    unavailable = 69, // no daemon answers, or another one owns the spool
    bad_configuration = 78,
};

int run(int argc, char** argv);

} // namespace gatepost::app
