// A file or standard input, seen through a window that moves over it: memory stays the same however
// much there is.
#pragma once

#include <gatepost/core/result.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace gatepost::app {

class upload_input {
  public:
    // Takes a descriptor, which stays the caller's. What is appended to a file behind `end` while
    // it is read is not seen.
    explicit upload_input(int descriptor,
                          std::uint64_t end = std::numeric_limits<std::uint64_t>::max())
        : descriptor_(descriptor), end_(end) {}

    std::string_view window() const { return std::string_view(buffer_).substr(begin_); }
    // Reads more behind the window's end; false when there is no more. Throws std::system_error
    // when it cannot be read.
    bool grow();
    // Moves the window's beginning on.
    void drop(std::size_t bytes);
    // Goes on from there; for files alone.
    void seek(std::uint64_t offset);
    // Of the window's beginning.
    std::uint64_t offset() const { return offset_; }

  private:
    int descriptor_;
    std::uint64_t end_;
    std::string buffer_;
    std::size_t begin_ = 0;
    std::uint64_t offset_ = 0;
};

// SHA-256, in hex, of all there is from the start to `end`, as a chain over blocks: a change
// anywhere makes another one. (Not what sha256sum prints.) Throws as grow() does.
std::string fingerprint(int descriptor, std::uint64_t end);

} // namespace gatepost::app
