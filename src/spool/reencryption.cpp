#include "reencryption.hpp"

#include "schema.hpp"
#include "step_size.hpp"

#include <utility>

namespace gatepost::spool {

void reencryption::begin(const committer& files) {
    over_ = !files.encrypts() || files.to_encrypt_anew() == 0;
    round_begun_ = false;
}

void reencryption::begin_round(committer& files) {
    rest_.clear();
    // From the back.
    rest_.push_back({.dead = true, .next = 1, .last = files.rows().last_dead()});
    for (const auto& pixel : files.ranges()) {
        rest_.push_back({.dead = false, .next = first_id(pixel.number), .last = pixel.last});
    }
    encrypted_ = 0;
    round_begun_ = true;
}

core::result<group_change> reencryption::take_step(committer& files) {
    auto& rows = files.rows();
    rows.forget_failure();
    if (!round_begun_) {
        begin_round(files);
    }
    if (rows.failure()) {
        round_begun_ = false;
        return rows.failure();
    }
    auto& at = rest_.back();
    const auto found =
        at.dead ? rows.next_dead(at.next, at.last) : rows.next_records(at.next, at.last);
    if (rows.failure()) {
        return rows.failure();
    }
    auto last = at.last;
    step_size step;
    for (const auto& row : found) {
        if (!step.takes(row.size)) {
            break;
        }
        last = row.id;
    }
    auto done = files.encrypt(at.dead, at.next, last);
    if (!done) {
        return done.error();
    }
    encrypted_ += done->encrypted;
    at.next = last + 1;
    if (at.next > at.last) {
        rest_.pop_back();
    }
    const bool all_done = files.to_encrypt_anew() == 0;
    if (rest_.empty() || all_done) {
        round_begun_ = false;
        // What is left although a whole round found nothing to do does not open.
        over_ = all_done || encrypted_ == 0;
    }
    return std::move(done->change);
}

} // namespace gatepost::spool
