// System calls of a running process that fail, as on a disk that is broken. By strace, which comes
// and goes while the process runs.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <support/child_process.hpp>
#include <support/temporary_directory.hpp>
#include <sys/types.h>

namespace gatepost::test {

class injected_error {
  public:
    // Why there can be none here; nothing when there can.
    static std::optional<std::string> why_not();

    // From now on, in every thread there is. `calls` as strace names them, "pwrite64,fdatasync";
    // `error` as errno(3) does, "EIO".
    injected_error(pid_t into, const std::string& calls, const std::string& error);
    // The calls work again.
    ~injected_error();
    injected_error(const injected_error&) = delete;
    injected_error& operator=(const injected_error&) = delete;

  private:
    temporary_directory directory_;
    std::unique_ptr<child_process> strace_;
};

} // namespace gatepost::test
