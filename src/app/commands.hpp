// What each command does; each gives the program's exit code.
#pragma once

#include <gatepost/sandbox/sandbox.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace gatepost::app {

int serve(const std::string& config_file);
int check(const std::string& config_file);
int print_version();

// The kinds of identifiers that hash() knows.
std::vector<std::string> hash_kinds();
// Prints the normalised value, a tab, and its digest, or nothing for what TikTok gets as it is. The
// value "-" stands for the lines of standard input, so that it need not be seen in the list of
// processes: a line is printed for each, and the code is the worst.
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
    std::string token_file;    // "" for that of the configuration
    std::string format;        // "csv", "ndjson"; "" as the name says
    std::string event;         // for rows that name none; "" for none
    std::string pixel;         // the same
    std::string progress_file; // "" for FILE.gatepost-progress
    bool dry_run = false;
    bool restart = false;
};
int upload(const upload_arguments& given);

// One event under TikTok's Test Events; "" takes what the configuration or the program has. Where
// "-" is given for what is personal (e-mail, phone, external id, ttclid, IP address), it is the
// next line of standard input, in this order.
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

// Which daemon the operators' commands ask, and how they print what it says.
struct operator_arguments {
    std::string admin;       // its URL; "" for admin.http of the configuration
    std::string config_file; // "" for the default address
    std::string token_file;  // "" for that of the configuration
    bool json = false;       // the answer as it is instead of a page for people
};
// A page about the running daemon.
int show_status(const operator_arguments& where);

// Dead letters of the running daemon.
struct dead_letter_arguments {
    operator_arguments where;
    std::vector<std::int64_t> ids; // for replay and delete: these, else those of the reason
    std::string reason;            // to list: "" for all
    std::size_t limit = 100;       // to list
};
int list_dead_letters(const dead_letter_arguments& given);
// Fails when one is refused.
int replay_dead_letters(const dead_letter_arguments& given);
int delete_dead_letters(const dead_letter_arguments& given);

// The spool's files, beside a running daemon or without one.
struct spool_check_arguments {
    std::string config_file;
    std::string path;     // instead: the spool's directory, or a file that was kept aside
    std::string key_file; // beside `path`: "" when nothing is to be opened
};
int check_spool(const spool_check_arguments& given);
// Copies the spool, the registry and their key to a directory.
int back_up_spool(const std::string& config_file, const std::string& to);

int run_sandbox(const sandbox::options& chosen);

} // namespace gatepost::app
