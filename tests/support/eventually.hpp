// Waits for a condition that another process or thread will make true.
#pragma once

#include <chrono>
#include <poll.h>

namespace gatepost::test {

// True as soon as `condition` is; false when it still is not after `limit`.
template <class Condition>
bool eventually(Condition condition, std::chrono::seconds limit = std::chrono::seconds(30)) {
    const auto until = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > until) {
            return false;
        }
        poll(nullptr, 0, 2); // leaves the processor to the one that is waited for
    }
    return true;
}

} // namespace gatepost::test
