// The spool's directory: who owns it, and who may read what is in it.
#pragma once

#include <gatepost/core/result.hpp>

#include <string>
#include <string_view>

namespace gatepost::spool {

// Held as long as this process owns the directory. The kernel ends the lock with the process.
class owned_directory {
  public:
    // Makes the directory (mode 0700) and its parents where missing. errc::owned when another
    // opener has it, else what the file system says; when it says that the directory or the spool's
    // files in it may not be used, the log names which, whose it is, and what is needed.
    static core::result<owned_directory> take(const std::string& path);

    owned_directory(owned_directory&& other) noexcept;
    owned_directory& operator=(owned_directory&&) = delete;
    ~owned_directory();

    std::string file(std::string_view name) const;
    // Makes durable which files there are.
    core::error_code sync() const;

  private:
    owned_directory(std::string path, int lock);
    std::string path_;
    int lock_;
};

} // namespace gatepost::spool
