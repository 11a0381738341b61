// The daemon between an application and the sandbox, with what the tests about consent ask of it.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <support/sidecar.hpp>
#include <support/temporary_directory.hpp>
#include <vector>

namespace gatepost::test {

// One element of `results`; a member that is not there is "".
struct verdict {
    std::string outcome;
    std::string action;
    std::string rule;
    std::string source;
    std::string token;
};

struct arrived_event {
    std::string pixel;
    bool limited = false; // limited_data_use
};

class stage {
  public:
    struct script {
        std::string more{};  // top level of the configuration
        std::string spool{}; // keys of that section
        std::string relay{}; // keys of that section instead of the usual ones
        bool tls = true;
        std::filesystem::path spool_path{}; // instead of the usual one
        std::vector<std::string> under{};   // as sidecar::keys has it
        std::map<std::string, std::string> environment{};
        // False: after one failure nothing is sent any more until the daemon starts anew.
        bool retries = true;
    };
    stage() : stage(script()) {}
    explicit stage(const script& chosen);

    sandbox_process& upstream() { return upstream_; }
    sidecar& gatepost() { return gatepost_; }
    const temporary_directory& directory() const { return directory_; }

    http_answer post(const std::string& target, const std::string& body,
                     const http_connection::headers& extra = {});
    // Posts to /v1/events; the first result.
    verdict event(const std::string& body, const http_connection::headers& extra = {});
    // Posts where the answer must be 200, and gives it.
    core::json::document ask(const std::string& target, const std::string& body);

    // Lets one event without a visitor fail, after which the daemon (made with `retries` false)
    // sends nothing: everything posted from now on waits. The sandbox takes everything again.
    void hold_back();
    // SIGKILL and a new start.
    void kill_and_start();
    // SIGTERM; the exit code.
    int stop();

    // Everything taken was delivered, withdrawn or became a dead letter.
    bool settles();
    // By event id.
    std::map<std::string, arrived_event> arrivals();
    // How often each event id arrived.
    std::map<std::string, int> times_arrived();
    std::vector<std::string> arrived_ids(); // sorted
    bool has_arrived(const std::string& event_id) { return arrivals().contains(event_id); }
    double dead_letters() const;

    // The names of those files under the spool's directory that hold the text.
    std::vector<std::string> files_with(const std::string& text) const;

  private:
    temporary_directory directory_;
    sandbox_process upstream_;
    sidecar gatepost_;
};

const std::string& program_under_test();

std::vector<verdict> verdicts(const http_answer& answer);
// As a JSON string, with its quotes.
std::string quoted(const std::string& text);
// {"event":"Purchase","event_id":ID,MEMBERS}
std::string event_with(const std::string& id, const std::string& members);
// Seconds since 1970, so far from now.
std::string seconds_from_now(std::chrono::seconds offset);

} // namespace gatepost::test
