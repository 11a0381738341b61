// A wall clock of its own for one process, by libfaketime; it can be set while the process runs.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <support/temporary_directory.hpp>

namespace gatepost::test {

class false_clock {
  public:
    // Why there can be none here; nothing when there can.
    static std::optional<std::string> why_not();

    false_clock();

    // What a program is to find in its environment.
    std::map<std::string, std::string> environment() const;
    // So far from the true time, from now on. Durations stay what they are.
    void set(std::chrono::seconds ahead) const;

  private:
    temporary_directory directory_;
};

} // namespace gatepost::test
