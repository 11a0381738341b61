// How a command says why it does nothing.
#pragma once

#include <gatepost/app/cli.hpp>

#include <iostream>
#include <string_view>

namespace gatepost::app {

// A line on standard error; gives the code back, for `return`.
inline exit_code complain(std::string_view what, exit_code code) {
    std::cerr << "gatepost: " << what << '\n';
    return code;
}

} // namespace gatepost::app
