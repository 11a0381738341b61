#include "walk.hpp"

#include "schema.hpp"
#include "step_size.hpp"

#include <algorithm>

namespace gatepost::spool {
namespace {

// The ids of the first rows that are one step together.
std::vector<std::int64_t> cut(const std::vector<tables::sized_row>& rows) {
    step_size step;
    std::vector<std::int64_t> ids;
    for (const auto& row : rows) {
        if (!step.takes(row.size)) {
            break;
        }
        ids.push_back(row.id);
    }
    return ids;
}

} // namespace

void walk::begin(const std::vector<committer::pixel_range>& ranges) {
    begun_ = true;
    for (const auto& range : ranges) {
        names_[range.number] = range.pixel;
        records_.push_back({range.pixel, first_id(range.number), range.last});
    }
}

core::result<walk::step> walk::show(committer& files, const on_its_way& leased) {
    if (!begun_) {
        begin(files.ranges());
    }
    auto& rows = files.rows();
    rows.forget_failure();
    return records_.empty() ? show_dead(rows) : show_records(rows, leased);
}

core::result<walk::step> walk::show_records(tables& rows, const on_its_way& leased) {
    const auto& at = records_.back();
    const auto ids = cut(rows.next_records(at.next, at.last));
    step shown{.dead = false, .pixel = at.pixel, .to_delete = {}, .last = at.last};
    if (!ids.empty()) {
        shown.last = ids.back();
        const auto flags = leased(at.pixel, ids);
        std::size_t readable = 0;
        rows.show_records(ids.front(), ids.back(), [&](record_id id, auto, held_record& held) {
            const auto place = std::ranges::lower_bound(ids, id) - ids.begin();
            held.pixel = at.pixel;
            held.leased = flags[static_cast<std::size_t>(place)];
            ++readable;
            if (visit_(held)) {
                shown.to_delete.push_back(id);
            }
        });
        // What fails is shown again.
        all_shown_ = all_shown_ && (rows.failure() || readable == ids.size());
    }
    return rows.failure() ? core::result<step>(rows.failure()) : shown;
}

core::result<walk::step> walk::show_dead(tables& rows) {
    if (!dead_) {
        const auto last = rows.last_dead();
        if (rows.failure()) {
            return rows.failure();
        }
        dead_ = {{}, 1, last};
    }
    const auto ids = cut(rows.next_dead(dead_->next, dead_->last));
    step shown{.dead = true, .pixel = {}, .to_delete = {}, .last = dead_->last};
    if (!ids.empty()) {
        shown.last = ids.back();
        std::size_t readable = 0;
        rows.show_dead(ids.front(), ids.back(), [&](auto id, auto pixel, held_record& held) {
            held.pixel = names_[pixel];
            ++readable;
            if (visit_(held)) {
                shown.to_delete.push_back(id);
            }
        });
        // What fails is shown again.
        all_shown_ = all_shown_ && (rows.failure() || readable == ids.size());
    }
    return rows.failure() ? core::result<step>(rows.failure()) : shown;
}

void walk::advance(const step& done) {
    auto& at = done.dead ? *dead_ : records_.back();
    at.next = done.last + 1;
    if (!done.dead && at.next > at.last) {
        records_.pop_back();
    }
}

void walk::finish(core::error_code how) {
    if (!how && !all_shown_) {
        how = errc::unreadable;
    }
    done_(how);
}

} // namespace gatepost::spool
