// A program under test, with its standard output read line by line and its standard error in a
// file.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace gatepost::test {

// Sockets for a program as systemd hands them over (sd_listen_fds(3)); they stay the test's, too.
struct handed_sockets {
    std::vector<int> descriptors;
    std::string names; // "ingest:admin"
};

class child_process {
  public:
    // `environment` is added to the test's own.
    child_process(const std::vector<std::string>& arguments, const std::string& error_file,
                  const std::map<std::string, std::string>& environment = {},
                  const handed_sockets& sockets = {});
    // Kills it if it still runs.
    ~child_process();
    child_process(const child_process&) = delete;
    child_process& operator=(const child_process&) = delete;

    // The rest of the first line that begins so, waited for; throws when the output ends or time is
    // up, with the end of what was written to standard error.
    std::string line_after(const std::string& beginning);
    // All that it wrote and nobody has read yet, until it has ended.
    std::string rest_of_output();
    void signal(int number) const;
    // Its exit code, or 128 + the signal that ended it; throws when it does not end in time.
    int wait(std::chrono::seconds limit = std::chrono::seconds(30));
    pid_t pid() const { return pid_; }

  private:
    pid_t pid_ = -1;
    std::optional<int> ended_with_;
    int output_ = -1;
    std::string error_file_;
    std::string unread_;
    std::vector<std::string> lines_;
};

} // namespace gatepost::test
