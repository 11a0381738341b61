// The writer's errands: steps between commits. The design note in sqlite_queue.cpp says what a row
// that a walk deletes may still be to others.
#include "writer.hpp"

#include <gatepost/observe/log.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace gatepost::spool {

void writer::go_on(std::vector<errand> asked) {
    std::ranges::move(asked, std::back_inserter(errands_));
    if (clock_.steady() < next_step_) {
        return;
    }
    if (errands_.empty()) {
        encrypt_some();
        return;
    }
    auto& under_way = errands_.front();
    // What was settled goes first: a disk that cannot even settle is not asked for more, but for
    // what is answered at once when it fails.
    if (stuck() && std::holds_alternative<walk>(under_way)) {
        return;
    }
    end_step(std::visit([this](auto& one) { return take_step(one); }, under_way));
}

void writer::end_step(core::error_code failure) {
    auto& under_way = errands_.front();
    if (failure) {
        if (failure != errc::full) {
            complain(failure);
        }
        // To delete needs room in the log first, as settling does; what comes back may wait.
        if (failure == sqlite::errc::full && !std::holds_alternative<dead_replay>(under_way) &&
            use_reserve()) {
            return;
        }
        // A walk deletes what must not stay and is tried until it succeeds.
        if (std::holds_alternative<walk>(under_way)) {
            step_failed_ = true;
            next_step_ = clock_.steady() + retry_pause;
            return;
        }
    }
    step_failed_ = false;
    if (failure || std::visit([](const auto& one) { return one.over(); }, under_way)) {
        auto finished = std::move(under_way);
        errands_.pop_front();
        finish(finished, failure ? answer_for(failure) : failure);
    }
}

// Behind all errands: people wait for those. It needs room in the file, and on a full disk there is
// none but for what drains it.
void writer::encrypt_some() {
    if (reencryption_.over() || stuck() || !reserve_.held()) {
        return;
    }
    const auto change = reencryption_.take_step(*committer_);
    step_failed_ = change.has_error();
    if (!change) {
        next_step_ = clock_.steady() + retry_pause;
        if (change.error() != sqlite::errc::full) {
            complain(change.error());
        }
        return;
    }
    tallies_.apply(*change);
    if (!reencryption_.over()) {
        return;
    }
    log_remembers_ = true;
    if (const auto left = committer_->to_encrypt_anew(); left > 0) {
        observe::log(observe::level::error,
                     "spool: events do not open with the key that they are encrypted under",
                     {{"events", left}});
        return;
    }
    forget_older_keys();
    observe::log(observe::level::info, "spool: everything held is encrypted under the newest key; "
                                       "older ones can be removed from spool.key_file");
}

// Once nothing needs them.
void writer::forget_older_keys() {
    committer_->forget_older_keys();
    desk_.forget_older_keys(options_.keys);
}

void writer::finish(errand& one, core::error_code how) {
    std::visit([how](auto& any) { any.finish(how); }, one);
}

core::error_code writer::take_step(walk& of) {
    const auto step = of.show(*committer_, [this](const auto& pixel, const auto& records) {
        return on_its_way(pixel, records);
    });
    if (const auto failure = step ? carry_out(*step) : step.error()) {
        return failure;
    }
    of.advance(*step);
    return of.over() ? make_removals_durable() : core::error_code();
}

core::error_code writer::take_step(dead_listing& of) {
    return of.take_step(*committer_);
}

core::error_code writer::take_step(dead_replay& of) {
    // As what is new, it is taken in when there is room.
    if (!reserve_.held()) {
        return errc::full;
    }
    const auto group = of.take_step(*committer_);
    if (!group) {
        return group.error();
    }
    metrics_.duplicate_keys_pushed_out(group->keys_pushed_out);
    tallies_.apply(group->change);
    count(group->change);
    tell_arrivals(group->change);
    return {};
}

core::error_code writer::take_step(dead_removal& of) {
    const auto change = of.take_step(*committer_);
    if (!change) {
        return change.error();
    }
    tallies_.apply(*change);
    count(*change);
    return {};
}

core::error_code writer::carry_out(const walk::step& step) {
    if (step.to_delete.empty()) {
        return {};
    }
    if (!step.dead) {
        return remove_records(step);
    }
    auto change = committer_->remove_dead(step.to_delete);
    if (!change) {
        return change.error();
    }
    for (auto& [id, pixel] : change->pixels) {
        pixel.withdrawn = pixel.removed;
    }
    tallies_.apply(*change);
    count(*change);
    return {};
}

core::error_code writer::remove_records(const walk::step& step) {
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

// Who asked for the walk forgets the reason durably as soon as it is over. What it deleted, and
// what had gone before it came by, must not wait again after a power cut: nothing would be there to
// keep it from being sent.
core::error_code writer::make_removals_durable() {
    if (!removals_unsynced_ || options_.durability == durability::power) {
        return {};
    }
    const auto failure = database_->sync_log();
    removals_unsynced_ = static_cast<bool>(failure);
    return failure;
}

std::vector<bool> writer::on_its_way(const std::string& pixel, std::span<const record_id> records) {
    auto flags = desk_.still_leased(pixel, records);
    each_unsettled([&](const settlement_list& list) {
        for (const auto& one : list.settlements) {
            const auto found = std::ranges::lower_bound(records, one.id);
            if (found != records.end() && *found == one.id) {
                flags[static_cast<std::size_t>(found - records.begin())] = true;
            }
        }
    });
    return flags;
}

std::size_t writer::take_back_settlements(std::span<const record_id> records) {
    std::size_t taken = 0;
    each_unsettled([&](settlement_list& list) {
        taken += std::erase_if(list.settlements, [&](const settlement& one) {
            return std::ranges::binary_search(records, one.id);
        });
    });
    return taken;
}

void writer::end_errands(std::vector<errand> asked) {
    std::ranges::move(asked, std::back_inserter(errands_));
    for (auto& one : std::exchange(errands_, {})) {
        finish(one, errc::closed);
    }
}

} // namespace gatepost::spool
