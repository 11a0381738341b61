// The trail's files. A segment is a pair: audit-<10 digits>.jsonl with the lines and .links with
// whose they are.
#pragma once

#include "file.hpp"

#include <gatepost/core/clock.hpp>
#include <gatepost/core/result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::ledger {

std::string lines_file(const std::string& directory, std::uint64_t number);
std::string links_file(const std::string& directory, std::uint64_t number);
// Ascending; a segment of which only one file is left counts.
core::result<std::vector<std::uint64_t>> segments_in(const std::string& directory);

// The segment that is written to. Not for two threads at once.
class segment {
  public:
    // Makes the files (mode 0600) where there are none, and takes away what a crash cut off.
    static core::result<segment> open(const std::string& directory, std::uint64_t number);

    std::uint64_t number() const { return number_; }
    std::uint64_t links_size() const { return links_size_; }
    std::uint64_t size() const { return links_size_ + lines_size_; } // of both files
    // When its first line was written.
    std::optional<core::wall_time> begun() const { return begun_; }

    // One write each; `links` go first, so that no line is ever without them. After a failure both
    // files are as before, or will be before the next append.
    core::error_code append(std::string_view links, std::string_view lines, core::wall_time now);
    core::error_code sync();

  private:
    segment(std::uint64_t number, file links, file lines);
    core::error_code repair();
    core::error_code cut_back();

    std::uint64_t number_;
    file links_, lines_;
    std::uint64_t links_size_ = 0;
    std::uint64_t lines_size_ = 0;
    std::optional<core::wall_time> begun_;
    bool torn_ = false; // the files may hold more than their sizes say
};

} // namespace gatepost::ledger
