// What names mean to one process: a hosts file of its own, and no name server. Needs root.
#pragma once

#include <optional>
#include <string>
#include <support/temporary_directory.hpp>
#include <vector>

namespace gatepost::test {

class host_names {
  public:
    // Why there can be none here; nothing when there can.
    static std::optional<std::string> why_not();

    // Lines of hosts(5).
    explicit host_names(const std::string& lines);

    // The words that a program is to be started under.
    std::vector<std::string> under() const;
    // Other lines, for whoever runs already, too.
    void become(const std::string& lines) const;

  private:
    temporary_directory directory_;
};

} // namespace gatepost::test
