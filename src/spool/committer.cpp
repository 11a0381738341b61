#include "committer.hpp"

#include "codec.hpp"
#include "schema.hpp"

#include <gatepost/core/key_codec.hpp>
#include <gatepost/observe/log.hpp>

#include <algorithm>
#include <utility>

namespace gatepost::spool {
namespace {

// Reserving costs a page of the log, so it is done for many ids at once. A restart skips what was
// reserved and not used: 16 million restarts until a pixel runs out.
constexpr std::int64_t reserved_at_once = 1 << 16;

bool is_sound(const tables::stored_pixel& pixel) {
    return pixel.number >= 1 && pixel.number <= last_number && !pixel.id.empty() &&
           pixel.id.front() >= '!' && pixel.id.front() <= '~' && pixel.reserved >= 0 &&
           pixel.reserved <= first_id(1);
}

template <class Visit>
void each_key(std::string_view keys, Visit&& visit) {
    for (; keys.size() >= core::key_bytes; keys.remove_prefix(core::key_bytes)) {
        visit(core::read_key(keys));
    }
}

} // namespace

committer::committer(sqlite::database& on, const options& chosen, calendar& dates,
                     std::function<void()> on_damage)
    : database_(on), options_(chosen), calendar_(dates), tables_(on, boxes_),
      duplicates_(chosen.dedupe_window, chosen.dedupe_max_keys),
      shares_(chosen.limits.max_bytes_of_pixel) {
    boxes_.use(chosen.keys);
    boxes_.on_damage(std::move(on_damage));
    census_.seal_under(boxes_.seals_under());
}

core::result<group_change> committer::load() {
    group_change change;
    bool sound = load_pixels();
    std::map<std::int64_t, pixel_change*> by_number;
    for (const auto& [id, known] : pixels_) {
        auto& pixel = change.pixels[id];
        pixel.number = known.number;
        by_number[known.number] = &pixel;
    }
    clock_set_ = tables_.clock_set();
    if (clock_set_) {
        calendar_.was_set(*clock_set_);
    }
    const auto now = calendar_.now();
    load_keys(now);
    record_id last = -1;
    tables_.read_records([&](record_id id, const taken_record& record, core::wall_time received) {
        const auto pixel = by_number.find(pixel_of(id));
        // In no order: a page stands where another belongs.
        sound = sound && pixel != by_number.end() && id > last && count_key(record.key_name, 1);
        last = id;
        if (sound) {
            duplicates_.restore_waiting(record.duplicate_key, now);
            pixel->second->rows += 1;
            change.newest = std::max(change.newest.value_or(received), received);
            change.bytes += to_signed(record.size);
            shares_.add(pixel->first, to_signed(record.size));
        }
    });
    sound = load_dead(change, by_number) && sound;
    for (auto& [id, pixel] : change.pixels) {
        pixel.oldest = tables_.oldest(pixel.number);
    }
    if (database_.failure()) {
        return database_.failure();
    }
    if (!sound) {
        return make_error_code(errc::not_a_spool);
    }
    change.to_encrypt_anew = census_.keep();
    if (!has_all_keys()) {
        return make_error_code(errc::no_key);
    }
    duplicates_.keep(now);
    shares_.keep();
    bytes_ = static_cast<std::uint64_t>(change.bytes);
    return change;
}

// Whether all of them can be ours, here and below.
bool committer::load_dead(group_change& change,
                          const std::map<std::int64_t, pixel_change*>& by_number) {
    bool sound = true;
    for (const auto& dead : tables_.sum_dead()) {
        sound = sound && by_number.contains(dead.pixel);
        change.dead += to_signed(dead.count);
        change.bytes += to_signed(dead.size);
        change.newest = std::max(change.newest.value_or(dead.newest), dead.newest);
        shares_.add(dead.pixel, to_signed(dead.size));
    }
    tables_.count_dead_keys([&](std::string_view box_begin, std::uint64_t count) {
        sound = count_key(box_begin, to_signed(count)) && sound;
    });
    return sound;
}

bool committer::count_key(std::string_view box_begin, std::int64_t count) {
    census_.add(box_begin.empty() ? box_begin : key_of_box(box_begin), count);
    return box_begin.empty() || is_box(box_begin);
}

bool committer::has_all_keys() const {
    const auto missing = census_.missing_in(options_.keys);
    for (const auto& [key, records] : missing) {
        observe::log(observe::level::error,
                     "spool: events in spool.db are encrypted under a key that spool.key_file does "
                     "not have; nothing has been changed. Put the key behind the newest one",
                     {{"key", shown(key)}, {"events", records}});
    }
    return missing.empty();
}

bool committer::load_pixels() {
    bool sound = true;
    for (const auto& stored : tables_.read_pixels()) {
        sound =
            sound && is_sound(stored) &&
            pixels_
                .try_emplace(stored.id,
                             numbered_pixel{stored.number, stored.reserved, stored.reserved})
                .second &&
            // What is not reserved would be given out.
            tables_.next_records(first_id(stored.number) + stored.reserved, last_id(stored.number))
                .empty();
    }
    return sound;
}

void committer::load_keys(core::wall_time now) {
    tables_.read_keys([&](core::wall_time at, std::string_view freed, std::string_view added) {
        each_key(freed, [&](const core::key128& key) { duplicates_.free(key); });
        each_key(added,
                 [&](const core::key128& key) { duplicates_.restore(key, std::min(at, now)); });
        logged_keys_ += added.size() / core::key_bytes;
    });
}

core::result<committed_group> committer::commit(std::span<const append_list> appends,
                                                std::span<const settlement_list> settlements) {
    group current{.now = calendar_.now(), .freed = {}, .added = {}, .done = {}};
    sqlite::transaction work(database_);
    // Settlements first: they make room, and a key that one frees may come back in the same group.
    for (const auto& list : settlements) {
        settle(list, current);
    }
    for (const auto& list : appends) {
        current.done.answers.push_back(append(list, current));
    }
    if (const auto failure = complete(work, current)) {
        return failure;
    }
    return std::move(current.done);
}

core::error_code committer::complete(sqlite::transaction& work, group& current) {
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
    change.to_encrypt_anew = census_.keep();
    bytes_ += static_cast<std::uint64_t>(change.bytes);
    logged_keys_ += current.added.size() / core::key_bytes;
    return {};
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
    const bool mixed = census_.stale() != 0;
    for (auto run = ids.begin(); run != ids.end();) {
        auto end = run + 1;
        while (end != ids.end() && *end <= *(end - 1) + 1) {
            ++end;
        }
        tables_.remove(*run, *(end - 1), taken, mixed);
        run = end;
    }
    pixel.rows -= std::ssize(taken);
    for (const auto& record : taken) {
        count_out(pixel.number, record.size, into.done.change);
        census_.add(mixed ? std::string_view(record.key_name) : boxes_.seals_under(), -1);
    }
    return taken;
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
    if (size > 0 && used + size > options_.limits.max_bytes.bytes) {
        duplicates_.undo_to(mark);
        change.refused_bytes = std::max(change.refused_bytes, size);
        return make_error_code(errc::full);
    }
    for (std::size_t i = 0; i < statuses.size(); ++i) {
        if (statuses[i] == append_status::queued) {
            const auto& record = *list.records[i];
            const auto id = next_id(record.pixel);
            tables_.insert(id, record, into.now);
            census_.add(boxes_.seals_under(), 1);
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
        std::optional<numbered_pixel> before;
        if (found != pixels_.end()) {
            before = found->second;
        }
        auto now = before.value_or(numbered_pixel{next_number(), 0, 0});
        now.reserved = now.next + reserved_at_once;
        if (before) {
            tables_.reserve(now.number, pixel, now.reserved);
        } else {
            tables_.add_pixel(now.number, pixel, now.reserved);
        }
        pixels_before_.emplace_back(pixel, before);
        pixels_[pixel] = now;
    }
    auto& numbered = pixels_[pixel];
    return first_id(numbered.number) + numbered.next++;
}

// Not the count of them: of a file that was damaged a number in between may be gone. No record or
// dead letter has a higher one, by load().
std::int64_t committer::next_number() const {
    std::int64_t highest = 0;
    for (const auto& [id, known] : pixels_) {
        highest = std::max(highest, known.number);
    }
    return highest + 1;
}

void committer::undo() {
    duplicates_.undo_to(0);
    shares_.undo();
    census_.undo();
    for (; !pixels_before_.empty(); pixels_before_.pop_back()) {
        const auto& [pixel, before] = pixels_before_.back();
        if (before) {
            pixels_[pixel] = *before;
        } else {
            pixels_.erase(pixel);
        }
    }
}

std::map<std::int64_t, std::string> committer::names() const {
    std::map<std::int64_t, std::string> names;
    for (const auto& [id, known] : pixels_) {
        names[known.number] = id;
    }
    return names;
}

std::vector<committer::pixel_range> committer::ranges() const {
    std::vector<pixel_range> ranges;
    for (const auto& [id, known] : pixels_) {
        ranges.push_back({id, known.number, first_id(known.number) + known.next - 1});
    }
    return ranges;
}

} // namespace gatepost::spool
