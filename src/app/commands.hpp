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

// The kinds of identifiers that hash() knows.
std::vector<std::string> hash_kinds();
// Prints the normalised value, a tab, and its digest, or nothing for what TikTok gets as it is.
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

// A file of offline events for the running daemon.
struct upload_arguments {
    std::string file;          // "-" for standard input
    std::string to;            // the daemon's URL; "" for listen.http of the configuration
    std::string config_file;   // "" for the default address
    std::string format;        // "csv", "ndjson"; "" as the name says
    std::string event;         // for rows that name none; "" for none
    std::string pixel;         // the same
    std::string progress_file; // "" for FILE.gatepost-progress
    bool dry_run = false;
    bool restart = false;
};
int upload(const upload_arguments& given);

// One event under TikTok's Test Events; "" takes what the configuration or the program has.
struct test_event_arguments {
    std::string config_file;
    std::string pixel;
    std::string test_event_code;
    std::string event;
    std::string email;
    std::string phone;
    std::string external_id;
    std::string ttclid;
    std::string ip;
    std::string user_agent;
    std::string url;
    std::string app_id;
    std::string lead_id;
};
int send_test(const test_event_arguments& given);

int run_sandbox(const sandbox::options& chosen);

} // namespace gatepost::app
