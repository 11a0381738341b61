// A regular file of the audit trail. Errors are the file system's.
#pragma once

#include <gatepost/core/result.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace gatepost::ledger {

class file {
  public:
    // `flags` as for open(2); never follows a link, never inherited.
    static core::result<file> open(const std::string& path, int flags);
    file(file&& other) noexcept;
    file& operator=(file&& other) noexcept;
    ~file();

    core::result<std::uint64_t> size() const;
    // How much of `into` was filled: less at the end of the file only.
    core::result<std::size_t> read(std::uint64_t offset, std::span<char> into) const;
    // One write(2). An error also when less was written than asked for.
    core::error_code append(std::string_view bytes);
    core::error_code write(std::uint64_t offset, std::string_view bytes);
    core::error_code cut(std::uint64_t size);
    core::error_code sync(); // fdatasync(2)
    // Held with the file (flock(2)); false when somebody else holds it.
    bool lock();

  private:
    explicit file(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;
};

core::error_code last_error(); // errno

} // namespace gatepost::ledger
