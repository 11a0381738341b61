// The end of a campaign: fair weather, everything drained, the account closed and shown.
#pragma once

#include "account.hpp"
#include "daemon.hpp"
#include "upstream.hpp"

#include <chrono>
#include <functional>

namespace gatepost::campaigns {

// Delivers what waits, stops the daemon, reads its dead letters, and prints the account. True when
// nothing was found that must not be.
bool close_account(daemon_under_test& running, upstream& to, account& book,
                   std::chrono::seconds limit);

// Runs it, prints the last line, and gives the exit code. What it throws breaks it off, and what it
// has mounted or started comes to an end.
int run(const std::function<bool()>& campaign);

} // namespace gatepost::campaigns
