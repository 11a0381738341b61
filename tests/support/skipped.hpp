// A test that cannot be tried on this machine says so, where nobody can miss it.
#pragma once

#include <catch2/catch.hpp>

#include <iostream>
#include <optional>
#include <string>

namespace gatepost::test {

// True when there is a reason, which is told together with the name of the test. `./dev test` shows
// these lines again at its end, and CTest counts the tests as skipped.
inline bool skipped(const std::optional<std::string>& reason) {
    if (reason) {
        std::cout << "SKIPPED: NOT tried: " << Catch::getResultCapture().getCurrentTestName()
                  << ": " << *reason << std::endl;
    }
    return reason.has_value();
}

} // namespace gatepost::test
