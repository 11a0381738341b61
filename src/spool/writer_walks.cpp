// The writer's part of a walk: steps between commits. The design note in sqlite_queue.cpp says what
// a deleted row may still be to others.
#include "writer.hpp"

#include <algorithm>
#include <utility>

namespace gatepost::spool {

void writer::walk_on(std::vector<asked_walk> asked) {
    for (auto& one : asked) {
        walks_.emplace_back(std::move(one.visit), std::move(one.done), committer_->ranges());
    }
    // What was settled goes first: a disk that cannot even settle is not asked for more.
    if (walks_.empty() || stuck() || clock_.steady() < next_step_) {
        return;
    }
    auto& under_way = walks_.front();
    const auto step =
        under_way.show(committer_->rows(), [this](const auto& pixel, const auto& records) {
            return on_its_way(pixel, records);
        });
    if (const auto failure = step ? carry_out(*step) : step.error()) {
        postpone_walk(failure);
        return;
    }
    walk_failed_ = false;
    under_way.advance(*step);
    if (under_way.over()) {
        auto finished = std::move(under_way);
        walks_.pop_front();
        finished.finish({});
    }
}

core::error_code writer::carry_out(const spool::walk::step& step) {
    if (step.to_delete.empty()) {
        return {};
    }
    if (!step.dead) {
        return remove_records(step);
    }
    const auto change = committer_->remove_dead(step.to_delete);
    if (!change) {
        return change.error();
    }
    tallies_.apply(*change);
    count(*change);
    return {};
}

core::error_code writer::remove_records(const spool::walk::step& step) {
    settlement_list list{step.pixel, {}};
    for (const auto id : step.to_delete) {
        list.settlements.push_back({.id = id, .how = settled_as::withdrawn});
    }
    auto group = committer_->commit({}, {&list, 1});
    if (!group) {
        return group.error();
    }
    auto& change = group->change;
    desk_.forget(step.pixel, step.to_delete, [&] {
        // Nobody handed these over; who handed over one of them is not waited for any more.
        change.pixels[step.pixel].settled = take_back_settlements(step.to_delete);
        tallies_.apply(change);
    });
    metrics_.duplicate_keys_pushed_out(group->keys_pushed_out);
    count(change);
    return {};
}

void writer::postpone_walk(core::error_code failure) {
    complain(failure);
    // To delete needs room in the log first, as settling does.
    if (failure == sqlite::errc::full && use_reserve()) {
        return;
    }
    walk_failed_ = true;
    next_step_ = clock_.steady() + retry_pause;
}

std::vector<bool> writer::on_its_way(const std::string& pixel, std::span<const record_id> records) {
    auto flags = desk_.still_leased(pixel, records);
    const std::lock_guard lock(mutex_);
    for (const auto& list : inbox_.settlements) {
        for (const auto& one : list.settlements) {
            const auto found = std::ranges::lower_bound(records, one.id);
            if (found != records.end() && *found == one.id) {
                flags[static_cast<std::size_t>(found - records.begin())] = true;
            }
        }
    }
    return flags;
}

std::size_t writer::take_back_settlements(std::span<const record_id> records) {
    std::size_t taken = 0;
    const std::lock_guard lock(mutex_);
    for (auto& list : inbox_.settlements) {
        taken += std::erase_if(list.settlements, [&](const settlement& one) {
            return std::ranges::binary_search(records, one.id);
        });
    }
    return taken;
}

void writer::end_walks(std::vector<asked_walk> asked) {
    for (auto& under_way : std::exchange(walks_, {})) {
        under_way.finish(make_error_code(errc::closed));
    }
    for (const auto& one : asked) {
        one.done(make_error_code(errc::closed));
    }
}

} // namespace gatepost::spool
