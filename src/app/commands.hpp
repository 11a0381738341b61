// What each command does; each gives the program's exit code.
#pragma once

#include <gatepost/sandbox/sandbox.hpp>

#include <string>
#include <utility>
#include <vector>

namespace gatepost::app {

int serve(const std::string& config_file);
int check(const std::string& config_file);
int print_version();

// Prints the normalised value and its digest, tab-separated.
int hash(const std::string& kind, const std::string& value, const std::string& region);

// A visitor as the command line describes it.
struct visitor_arguments {
    std::string config_file; // "" for the defaults
    std::vector<std::string> cookies;
    std::vector<std::string> headers; // "Name: value"
    std::string country;
    std::string region;
    std::string tcf;
    std::string gpp;
    bool from_stdin = false; // JSON lines of events instead
};
int explain(const visitor_arguments& given);

// Prints the audit trail from a time on, as JSON lines.
int export_decisions(const std::string& config_file, const std::string& since);

int run_sandbox(const sandbox::options& chosen);

} // namespace gatepost::app
