// The rows that were not taken, as JSON lines: line, code, message and path, never what stood
// there.
#pragma once

#include "chunk.hpp"

#include <gatepost/core/result.hpp>

#include <cstdint>
#include <span>
#include <string>

namespace gatepost::app {

class rejected_file {
  public:
    explicit rejected_file(std::string path) : path_(std::move(path)) {}

    // Goes on behind so many bytes and takes away what stands there: it was written for a chunk
    // whose progress was not. There is no file as long as there is nothing to write.
    core::error_code go_on(std::uint64_t bytes);
    core::error_code append(std::span<const rejected_row> rows);
    std::uint64_t bytes() const { return bytes_; }
    const std::string& path() const { return path_; }

  private:
    std::string path_;
    std::uint64_t bytes_ = 0;
};

} // namespace gatepost::app
