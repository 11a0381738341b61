// The audit trail's directory: the segment that is written to, and all of them for those who
// search, erase and remove.
#pragma once

#include "file.hpp"
#include "links.hpp"
#include "segment.hpp"

#include <gatepost/core/clock.hpp>
#include <gatepost/core/result.hpp>
#include <gatepost/ledger/audit.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::ledger {

class trail {
  public:
    // Makes the directory (mode 0700) and its parents where missing. errc::owned when another
    // opener has it, else what the file system says.
    static core::result<std::unique_ptr<trail>> open(const audit_options& chosen,
                                                     core::wall_time now);

    // Any thread. Begins a new segment when the last one is full or old.
    core::error_code append(std::string_view links, std::string_view lines, core::wall_time now);

    // The rest is for one thread.

    // The number of lines that were led back to the visitor until now.
    core::result<std::size_t> erase(const linked_subject& whose);
    // The visitor's lines, oldest first, at most `most`.
    core::result<std::vector<std::string>> find(const linked_subject& whose, std::size_t most);
    // Makes segments that are finished safe from a power cut. How many there were.
    core::result<std::size_t> sync_finished();
    // Finishes a segment that is old, and removes those past the retention or the size allowed.
    // How many were removed.
    core::result<std::size_t> remove_outdated(core::wall_time now);
    core::error_code sync();

  private:
    trail(const audit_options& chosen, file directory, segment current);

    // A segment as it was at one moment, for readers.
    struct extent {
        std::uint64_t number = 0;
        std::uint64_t links_size = 0;
    };
    core::result<std::vector<extent>> extents();
    // Those that may go, ascending.
    core::result<std::vector<std::uint64_t>> outdated_before(std::uint64_t current,
                                                             core::wall_time now) const;
    bool is_finished(core::wall_time now) const;
    core::error_code begin_next();

    audit_options options_;
    file directory_; // locked
    std::uint64_t segment_bytes_;
    std::chrono::seconds segment_age_;

    std::mutex mutex_; // of what follows
    segment current_;
    std::vector<segment> finished_; // and not yet synced
};

} // namespace gatepost::ledger
