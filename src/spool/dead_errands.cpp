#include "dead_errands.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <string>

namespace gatepost::spool {
namespace {

constexpr std::size_t most_looked_up = 256; // ids in one step of a listing

} // namespace

dead_listing::dead_listing(dead_query which, std::size_t limit, queue::list_done done)
    : which_(std::move(which)), limit_(limit), done_(std::move(done)),
      last_(std::numeric_limits<std::int64_t>::max()) {
    auto& ids = which_.ids;
    std::ranges::sort(ids, std::greater());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

core::error_code dead_listing::take_step(committer& files) {
    auto& rows = files.rows();
    rows.forget_failure();
    const auto names = files.names();
    auto last = last_;
    bool any = false;
    std::vector<dead_letter> found;
    const auto see = [&](std::int64_t number, dead_letter letter) {
        any = true;
        last = letter.id - 1;
        const auto name = names.find(number);
        letter.pixel = name == names.end() ? std::string() : name->second;
        if (!which_.ids.empty() || which_.reason.empty() || letter.reason == which_.reason) {
            found.push_back(std::move(letter));
        }
    };
    const auto place = std::min(which_.ids.size(), place_ + most_looked_up);
    if (which_.ids.empty()) {
        rows.list_dead(1, last_, see);
    } else {
        for (auto i = place_; i < place; ++i) {
            rows.list_dead(which_.ids[i], which_.ids[i], see);
        }
    }
    if (rows.failure()) {
        return rows.failure();
    }
    last_ = last;
    place_ = place;
    over_ = which_.ids.empty() ? !any : place == which_.ids.size();
    found.resize(std::min(found.size(), limit_ - letters_.size()));
    std::ranges::move(found, std::back_inserter(letters_));
    return {};
}

void dead_listing::finish(core::error_code how) {
    done_(how ? core::result<std::vector<dead_letter>>(how) : std::move(letters_));
}

core::result<committer::replayed_group> dead_replay::take_step(committer& files) {
    const auto step = which_.look(files.rows());
    std::vector<replay_result::refusal> refused;
    const auto allowed = ask(files, step, refused);
    if (const auto failure = files.rows().failure()) {
        return failure;
    }
    committer::replayed_group group;
    if (!allowed.empty()) {
        auto replayed = files.replay_dead(allowed);
        if (!replayed) {
            return replayed;
        }
        group = std::move(*replayed);
    }
    for (const auto id : group.duplicates) {
        refused.push_back({id, "duplicate"});
    }
    result_.replayed += allowed.size() - group.duplicates.size();
    std::ranges::move(refused, std::back_inserter(result_.refused));
    which_.advance(step);
    return group;
}

std::vector<std::int64_t> dead_replay::ask(committer& files, const dead_selection::step& step,
                                           std::vector<replay_result::refusal>& refused) {
    for (const auto id : step.missing) {
        refused.push_back({id, "not_found"});
    }
    const auto names = files.names();
    std::vector<std::int64_t> allowed;
    for (const auto id : step.found) {
        files.rows().show_dead(id, id, [&](auto, std::int64_t pixel, held_record& held) {
            const auto name = names.find(pixel);
            if (name == names.end()) {
                refused.push_back({id, "not_found"}); // of no pixel: a damaged file
                return;
            }
            held.pixel = name->second;
            if (const auto reason = may_go_(held)) {
                refused.push_back({id, std::string(*reason)});
            } else {
                allowed.push_back(id);
            }
        });
    }
    return allowed;
}

void dead_replay::finish(core::error_code how) {
    result_.failure = how;
    done_(std::move(result_));
}

core::result<group_change> dead_removal::take_step(committer& files) {
    const auto step = which_.look(files.rows());
    if (const auto failure = files.rows().failure()) {
        return failure;
    }
    group_change change;
    if (!step.found.empty()) {
        auto removed = files.remove_dead(step.found);
        if (!removed) {
            return removed;
        }
        change = std::move(*removed);
    }
    result_.deleted += static_cast<std::size_t>(-change.dead);
    which_.advance(step);
    return change;
}

void dead_removal::finish(core::error_code how) {
    result_.failure = how;
    done_(result_);
}

} // namespace gatepost::spool
