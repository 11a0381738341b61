// A file that no disk ever sees, with the bytes of an input.
#pragma once

#include "check.hpp"

#include <string>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>

namespace gatepost::fuzz {

class memory_file {
  public:
    explicit memory_file(std::string_view bytes)
        : descriptor_(::memfd_create("input", MFD_CLOEXEC)) {
        check(descriptor_ >= 0);
        check(::write(descriptor_, bytes.data(), bytes.size()) ==
              static_cast<ssize_t>(bytes.size()));
        check(::lseek(descriptor_, 0, SEEK_SET) == 0);
    }
    ~memory_file() { ::close(descriptor_); }
    memory_file(const memory_file&) = delete;
    memory_file& operator=(const memory_file&) = delete;

    int descriptor() const { return descriptor_; }
    // By which it can be opened once more.
    std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

  private:
    int descriptor_;
};

} // namespace gatepost::fuzz
