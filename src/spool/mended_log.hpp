// A log that SQLite would not read to its end, made readable for the salvage.
#pragma once

#include "file_set.hpp"

#include <gatepost/core/result.hpp>

namespace gatepost::spool {

// The damaged file under a second name, beside a log in which the frames that are not sound are
// missing. While it lives; the file itself and its log stay as they are.
class mended_log {
  public:
    // Mends the log of `damaged` when there are commits in it that SQLite would pass over, and says
    // in the log what was found. Where that cannot be done (no hard links here, nothing left of the
    // log to go by) the salvage reads what SQLite does. Errors: of the file system; sqlite::errc.
    static core::result<mended_log> look(const file_set& damaged, const file_set& second_name);

    mended_log(mended_log&& other) noexcept;
    mended_log& operator=(mended_log&&) = delete;
    ~mended_log();

    // What to salvage.
    const file_set& files() const { return mended_ ? second_name_ : damaged_; }
    // Whether frames are missing. Then its pages are of different times, also where SQLite had
    // begun to copy the log into the file.
    bool has_holes() const { return has_holes_; }

  private:
    mended_log(file_set damaged, file_set second_name);
    bool link(); // whether it has its second name
    file_set damaged_;
    file_set second_name_;
    bool mended_ = false;
    bool has_holes_ = false;
};

} // namespace gatepost::spool
