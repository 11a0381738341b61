#include "committer.hpp"

#include "codec.hpp"
#include "schema.hpp"

#include <gatepost/core/key_codec.hpp>

#include <algorithm>

namespace gatepost::spool {
namespace {

// Reserving costs a page of the log, so it is done for many ids at once. A restart skips what was
// reserved and not used: 16 million restarts until a pixel runs out.
constexpr std::int64_t reserved_at_once = 1 << 16;

template <class Visit>
void each_key(std::string_view keys, Visit&& visit) {
    for (; keys.size() >= core::key_bytes; keys.remove_prefix(core::key_bytes)) {
        visit(core::read_key(keys));
    }
}

std::int64_t to_signed(std::uint64_t size) {
    return static_cast<std::int64_t>(size);
}

} // namespace

committer::committer(sqlite::database& on, const options& chosen, const core::clock& clock)
    : database_(on), options_(chosen), clock_(clock), tables_(on),
      duplicates_(chosen.dedupe_window, chosen.dedupe_max_keys),
      shares_(chosen.max_bytes_of_pixel) {}

core::result<group_change> committer::load() {
    group_change change;
    std::map<std::int64_t, pixel_change*> by_number;
    for (const auto& stored : tables_.read_pixels()) {
        pixels_[stored.id] = {stored.number, stored.reserved, stored.reserved};
        auto& pixel = change.pixels[stored.id];
        pixel.number = stored.number;
        by_number[stored.number] = &pixel;
    }
    const auto now = clock_.wall();
    tables_.read_keys([&](core::wall_time at, std::string_view freed, std::string_view added) {
        each_key(freed, [&](const core::key128& key) { duplicates_.free(key); });
        each_key(added, [&](const core::key128& key) { duplicates_.restore(key, at); });
        logged_keys_ += added.size() / core::key_bytes;
    });
    bool known = true;
    tables_.read_records([&](record_id id, const taken_record& record) {
        const auto pixel = by_number.find(pixel_of(id));
        known = known && pixel != by_number.end();
        if (known) {
            duplicates_.restore_waiting(record.duplicate_key, now);
            pixel->second->rows += 1;
            change.bytes += to_signed(record.size);
            shares_.add(pixel->first, to_signed(record.size));
        }
    });
    for (const auto& dead : tables_.sum_dead()) {
        change.dead += to_signed(dead.count);
        change.bytes += to_signed(dead.size);
        shares_.add(dead.pixel, to_signed(dead.size));
    }
    for (auto& [id, pixel] : change.pixels) {
        pixel.oldest = tables_.oldest(pixel.number);
    }
    if (database_.failure()) {
        return database_.failure();
    }
    if (!known) {
        return make_error_code(errc::not_a_spool); // records of a pixel that has no number
    }
    duplicates_.keep(now);
    shares_.keep();
    bytes_ = static_cast<std::uint64_t>(change.bytes);
    return change;
}

core::result<committed_group> committer::commit(std::span<const append_list> appends,
                                                std::span<const settlement_list> settlements) {
    group current{.now = clock_.wall(), .freed = {}, .added = {}, .done = {}};
    sqlite::transaction work(database_);
    // Settlements first: they make room, and a key that one frees may come back in the same group.
    for (const auto& list : settlements) {
        settle(list, current);
    }
    for (const auto& list : appends) {
        current.done.answers.push_back(append(list, current));
    }
    if (!current.freed.empty() || !current.added.empty()) {
        tables_.log_keys(current.now, current.freed, current.added);
    }
    auto& change = current.done.change;
    for (auto& [id, pixel] : change.pixels) {
        pixel.oldest = tables_.oldest(pixel.number);
    }
    if (const auto failure = work.commit()) {
        undo();
        return failure;
    }
    duplicates_.keep(current.now);
    current.done.keys_pushed_out = duplicates_.take_pushed_out();
    pixels_before_.clear();
    shares_.keep();
    bytes_ += static_cast<std::uint64_t>(change.bytes);
    logged_keys_ += current.added.size() / core::key_bytes;
    return std::move(current.done);
}

void committer::settle(const settlement_list& list, group& into) {
    const auto known = pixels_.find(list.pixel);
    if (known == pixels_.end()) {
        return;
    }
    auto& pixel = into.done.change.pixels[list.pixel];
    pixel.number = known->second.number;
    pixel.settled += list.settlements.size();
    std::vector<record_id> delivered;
    std::vector<record_id> withdrawn;
    for (const auto& one : list.settlements) {
        switch (one.how) {
        case settled_as::delivered:
            delivered.push_back(one.id);
            break;
        case settled_as::withdrawn:
            withdrawn.push_back(one.id);
            break;
        case settled_as::dead:
            bury(one, pixel, into);
            break;
        }
    }
    for (const auto& record : take_out(std::move(delivered), pixel, into)) {
        if (duplicates_.delivered(record.duplicate_key, into.now)) {
            core::append_key(into.added, record.duplicate_key);
        }
    }
    for (const auto& record : take_out(std::move(withdrawn), pixel, into)) {
        duplicates_.free(record.duplicate_key);
        core::append_key(into.freed, record.duplicate_key);
        pixel.withdrawn += 1;
    }
}

// Removes records from the file and counts them out.
std::vector<taken_record> committer::take_out(std::vector<record_id> ids, pixel_change& pixel,
                                              group& into) {
    // A batch is mostly one run of ids, and a run is two statements however long it is.
    std::ranges::sort(ids);
    std::vector<taken_record> taken;
    for (auto run = ids.begin(); run != ids.end();) {
        auto end = run + 1;
        while (end != ids.end() && *end <= *(end - 1) + 1) {
            ++end;
        }
        tables_.remove(*run, *(end - 1), taken);
        run = end;
    }
    pixel.rows -= std::ssize(taken);
    for (const auto& record : taken) {
        count_out(pixel.number, record.size, into.done.change);
    }
    return taken;
}

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

void committer::count_out(std::int64_t pixel, std::uint64_t bytes, group_change& into) {
    into.bytes -= to_signed(bytes);
    shares_.add(pixel, -to_signed(bytes));
}

append_answer committer::append(const append_list& list, group& into) {
    auto& change = into.done.change;
    const auto mark = duplicates_.mark();
    std::uint64_t size = 0;
    std::vector<append_status> statuses;
    statuses.reserve(list.records.size());
    for (const auto& record : list.records) {
        const bool fresh = duplicates_.add(record->duplicate_key, into.now);
        statuses.push_back(fresh ? append_status::queued : append_status::duplicate);
        size += fresh ? stored_size(*record) : 0;
    }
    if (!within_shares(list, statuses)) {
        duplicates_.undo_to(mark);
        return make_error_code(errc::quota);
    }
    const auto used = static_cast<std::uint64_t>(to_signed(bytes_) + change.bytes);
    if (size > 0 && used + size > options_.max_bytes.bytes) {
        duplicates_.undo_to(mark);
        change.refused_bytes = std::max(change.refused_bytes, size);
        return make_error_code(errc::full);
    }
    for (std::size_t i = 0; i < statuses.size(); ++i) {
        if (statuses[i] == append_status::queued) {
            const auto& record = *list.records[i];
            const auto id = next_id(record.pixel);
            tables_.insert(id, record);
            core::append_key(into.added, record.duplicate_key);
            auto& pixel = change.pixels[record.pixel];
            pixel.number = pixel_of(id);
            pixel.rows += 1;
            pixel.appended += 1;
            shares_.add(pixel.number, to_signed(stored_size(record)));
        }
    }
    change.bytes += to_signed(size);
    change.accepted = change.accepted || size > 0;
    return statuses;
}

// Whether each pixel of the list has room for what is new to it.
bool committer::within_shares(const append_list& list,
                              std::span<const append_status> statuses) const {
    if (shares_.unlimited()) {
        return true;
    }
    std::map<std::string, std::uint64_t> sizes;
    for (std::size_t i = 0; i < statuses.size(); ++i) {
        if (statuses[i] == append_status::queued) {
            const auto& record = *list.records[i];
            sizes[record.pixel] += stored_size(record);
        }
    }
    return std::ranges::all_of(sizes, [this](const auto& one) {
        const auto known = pixels_.find(one.first);
        const auto number = known == pixels_.end() ? 0 : known->second.number;
        return shares_.has_room(one.first, number, one.second);
    });
}

record_id committer::next_id(const std::string& pixel) {
    const auto found = pixels_.find(pixel);
    if (found == pixels_.end() || found->second.next == found->second.reserved) {
        numbered_pixel now{std::ssize(pixels_) + 1, 0, 0};
        std::optional<numbered_pixel> before;
        if (found != pixels_.end()) {
            before = now = found->second;
        }
        now.reserved = now.next + reserved_at_once;
        tables_.reserve(now.number, pixel, now.reserved);
        pixels_before_.emplace_back(pixel, before);
        pixels_[pixel] = now;
    }
    auto& numbered = pixels_[pixel];
    return first_id(numbered.number) + numbered.next++;
}

void committer::undo() {
    duplicates_.undo_to(0);
    shares_.undo();
    for (; !pixels_before_.empty(); pixels_before_.pop_back()) {
        const auto& [pixel, before] = pixels_before_.back();
        if (before) {
            pixels_[pixel] = *before;
        } else {
            pixels_.erase(pixel);
        }
    }
}

std::vector<committer::pixel_range> committer::ranges() const {
    std::vector<pixel_range> ranges;
    for (const auto& [id, known] : pixels_) {
        ranges.push_back({id, known.number, first_id(known.number) + known.next - 1});
    }
    return ranges;
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
        }
    }
    for (const auto& [id, known] : pixels_) {
        if (const auto found = by_number.find(known.number); found != by_number.end()) {
            auto& pixel = change.pixels[id];
            pixel.number = known.number;
            pixel.withdrawn = found->second;
            pixel.oldest = tables_.oldest(known.number);
        }
    }
    if (const auto failure = work.commit()) {
        shares_.undo();
        return failure;
    }
    shares_.keep();
    bytes_ += static_cast<std::uint64_t>(change.bytes);
    return change;
}

} // namespace gatepost::spool
