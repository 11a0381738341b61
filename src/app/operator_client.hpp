// One request to the operators' routes of the running daemon.
#pragma once

#include "commands.hpp"

#include <gatepost/app/cli.hpp>
#include <gatepost/core/json.hpp>
#include <gatepost/core/result.hpp>

#include <string>

namespace gatepost::app {

// What a daemon said that did what it was asked.
struct daemon_words {
    std::string daemon;   // its address, for people
    bool complete = true; // 200; a 202 says that it goes on
    std::string text;     // the body
    core::json::document parsed;
};

struct operator_question {
    std::string method = "GET";
    std::string target;
    std::string body; // JSON, "" for none
};

// Asks once. When there is no such answer it has been said why, and the exit code is given:
// unavailable when nobody answers.
core::result<daemon_words, exit_code> ask_daemon(const operator_arguments& where,
                                                 operator_question what);

} // namespace gatepost::app
