// The committer's dead letters: how records become some, go, and come back.
#include "committer.hpp"

#include <gatepost/core/key_codec.hpp>

namespace gatepost::spool {

void committer::bury(const settlement& dead, pixel_change& pixel, group& into) {
    if (const auto buried = tables_.bury(dead, into.now)) {
        duplicates_.free(buried->was.duplicate_key);
        core::append_key(into.freed, buried->was.duplicate_key);
        pixel.rows -= 1;
        pixel.dead[dead.reason] += 1;
        into.done.change.dead += 1;
        into.done.change.bytes += to_signed(buried->size);
        shares_.add(pixel.number, to_signed(buried->size));
        count_out(pixel.number, buried->was.size, into.done.change);
    }
}

core::result<group_change> committer::remove_dead(std::span<const std::int64_t> ids) {
    // Their event_ids were freed when they died, and may be in use again.
    group_change change;
    std::map<std::int64_t, std::uint64_t> by_number;
    sqlite::transaction work(database_);
    for (const auto id : ids) {
        if (const auto removed = tables_.remove_dead(id)) {
            by_number[removed->pixel] += 1;
            change.dead -= 1;
            count_out(removed->pixel, removed->size, change);
            census_.add(removed->key_name, -1);
        }
    }
    for (const auto& [id, known] : pixels_) {
        if (const auto found = by_number.find(known.number); found != by_number.end()) {
            auto& pixel = change.pixels[id];
            pixel.number = known.number;
            pixel.removed = found->second;
            pixel.oldest = tables_.oldest(known.number);
        }
    }
    if (const auto failure = work.commit()) {
        shares_.undo();
        census_.undo();
        return failure;
    }
    shares_.keep();
    change.to_encrypt_anew = census_.keep();
    bytes_ += static_cast<std::uint64_t>(change.bytes);
    return change;
}

core::result<committer::replayed_group> committer::replay_dead(std::span<const std::int64_t> ids) {
    auto pixels = names();
    group current{.now = calendar_.now(), .freed = {}, .added = {}, .done = {}};
    replayed_group done;
    sqlite::transaction work(database_);
    for (const auto id : ids) {
        const auto dead = tables_.find_dead(id);
        if (!dead || !pixels.contains(dead->pixel)) {
            continue;
        }
        if (duplicates_.add(dead->duplicate_key, current.now)) {
            core::append_key(current.added, dead->duplicate_key);
            bring_back(id, pixels[dead->pixel], current);
        } else {
            done.duplicates.push_back(id);
        }
    }
    if (const auto failure = complete(work, current)) {
        return failure;
    }
    done.change = std::move(current.done.change);
    done.keys_pushed_out = current.done.keys_pushed_out;
    return done;
}

void committer::bring_back(std::int64_t dead, const std::string& pixel, group& into) {
    const auto id = next_id(pixel);
    const auto size = tables_.revive(dead, id, into.now);
    const auto removed = tables_.remove_dead(dead);
    if (!removed) {
        return; // after a failure
    }
    auto& change = into.done.change.pixels[pixel];
    change.number = removed->pixel;
    change.rows += 1;
    change.appended += 1;
    into.done.change.dead -= 1;
    into.done.change.bytes += to_signed(size);
    shares_.add(removed->pixel, to_signed(size));
    count_out(removed->pixel, removed->size, into.done.change);
}

} // namespace gatepost::spool
