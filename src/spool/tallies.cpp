#include "tallies.hpp"

#include <algorithm>

namespace gatepost::spool {
namespace {

std::uint64_t moved(std::uint64_t value, std::int64_t by) {
    return value + static_cast<std::uint64_t>(by); // wraps as two's complement
}

} // namespace

void tallies::apply(const group_change& change) {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, done] : change.pixels) {
        auto& tally = pixels_[id];
        tally.number = done.number;
        tally.rows = moved(tally.rows, done.rows);
        tally.settling -= done.settled;
        tally.oldest = done.oldest;
    }
    bytes_ = moved(bytes_, change.bytes);
    dead_ = moved(dead_, change.dead);
    to_encrypt_anew_ = moved(to_encrypt_anew_, change.to_encrypt_anew);
    newest_at_opening_ = change.newest ? change.newest : newest_at_opening_;
    if (change.refused_bytes != 0) {
        refused_bytes_ = change.refused_bytes;
    } else if (change.accepted) {
        refused_bytes_ = 0;
        disk_full_ = false;
    }
}

void tallies::limit(std::uint64_t max_bytes) {
    const std::lock_guard lock(mutex_);
    max_bytes_ = max_bytes;
}

void tallies::disk_full(bool full) {
    const std::lock_guard lock(mutex_);
    disk_full_ = full;
}

void tallies::leased(const std::string& pixel, std::size_t count) {
    const std::lock_guard lock(mutex_);
    pixels_[pixel].leased = count;
}

void tallies::handed_over(const std::string& pixel, std::size_t settlements) {
    const std::lock_guard lock(mutex_);
    pixels_[pixel].settling += settlements;
}

std::optional<tallies::pixel_tally> tallies::find(const std::string& pixel) const {
    const std::lock_guard lock(mutex_);
    const auto found = pixels_.find(pixel);
    return found == pixels_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::string> tallies::pixels() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> result;
    for (const auto& [id, tally] : pixels_) {
        if (tally.rows > tally.settling) {
            result.push_back(id);
        }
    }
    return result;
}

totals tallies::sum() const {
    const std::lock_guard lock(mutex_);
    totals sum;
    sum.dead = dead_;
    sum.bytes = bytes_;
    sum.to_encrypt_anew = to_encrypt_anew_;
    sum.newest_at_opening = newest_at_opening_;
    for (const auto& [id, tally] : pixels_) {
        sum.waiting += tally.rows;
        sum.leased += tally.leased;
        if (tally.oldest && (!sum.oldest || *tally.oldest < *sum.oldest)) {
            sum.oldest = tally.oldest;
        }
    }
    sum.full = disk_full_ || (refused_bytes_ != 0 && bytes_ + refused_bytes_ > max_bytes_);
    return sum;
}

} // namespace gatepost::spool
