#include "mended_log.hpp"

#include <gatepost/observe/log.hpp>
#include <gatepost/sqlite/write_ahead_log.hpp>

#include <unistd.h>
#include <utility>

namespace gatepost::spool {
namespace {

void tell(const sqlite::log_reading& found, std::uint64_t frames_lost) {
    if (found.frames_unread > 0) {
        observe::log(observe::level::error,
                     "spool: spool.db-wal is not whole, which is damage, or a power cut where "
                     "durability is `process`: acknowledged events may be lost with the frames "
                     "that cannot be taken over",
                     {{"frames", found.frames_read + found.frames_unread},
                      {"frames_behind_the_damage", found.frames_unread},
                      {"frames_lost", frames_lost}});
    } else if (!found.header_whole) {
        observe::log(observe::level::error,
                     "spool: spool.db-wal does not begin as a log and cannot be read: acknowledged "
                     "events may be lost with it",
                     {{"bytes_lost", found.bytes}});
    }
}

} // namespace

core::result<mended_log> mended_log::look(const file_set& damaged, const file_set& second_name) {
    const auto found = sqlite::read_log(damaged.log());
    if (!found) {
        return found.error();
    }
    mended_log made(damaged, second_name);
    auto frames_lost = found->frames_unread;
    if (found->frames_unread > 0 && made.link()) {
        const auto left_out = sqlite::mend_log(damaged.log(), second_name.log());
        if (!left_out) {
            return left_out.error();
        }
        frames_lost = *left_out;
    }
    made.has_holes_ = frames_lost > 0 || (!found->header_whole && !made.mended_);
    tell(*found, frames_lost);
    return made;
}

mended_log::mended_log(file_set damaged, file_set second_name)
    : damaged_(std::move(damaged)), second_name_(std::move(second_name)) {}

mended_log::mended_log(mended_log&& other) noexcept
    : damaged_(other.damaged_), second_name_(other.second_name_),
      mended_(std::exchange(other.mended_, false)), has_holes_(other.has_holes_) {}

mended_log::~mended_log() {
    if (mended_) {
        second_name_.remove();
    }
}

bool mended_log::link() {
    // Not a copy: the file may be large. The salvage only reads it.
    mended_ =
        !second_name_.remove() && ::link(damaged_.main().c_str(), second_name_.main().c_str()) == 0;
    return mended_;
}

} // namespace gatepost::spool
