// Carries out one commit group after the other: everything the writer knows about the file and the
// duplicate set, without threads.
#pragma once

#include "box.hpp"
#include "calendar.hpp"
#include "duplicate_set.hpp"
#include "key_census.hpp"
#include "shares.hpp"
#include "tables.hpp"
#include "tallies.hpp"

#include <gatepost/core/result.hpp>
#include <gatepost/core/sealed_record.hpp>
#include <gatepost/spool/queue.hpp>
#include <gatepost/spool/sqlite_queue.hpp>
#include <gatepost/sqlite/database.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatepost::spool {

using append_answer = core::result<std::vector<append_status>>;

struct append_list {
    std::vector<core::sealed_record> records;
    queue::append_done done;
};

struct settlement_list {
    std::string pixel;
    std::vector<settlement> settlements;
};

struct committed_group {
    std::vector<append_answer> answers; // one per list: its statuses, or errc::full or quota
    group_change change;
    std::size_t keys_pushed_out = 0; // of the duplicate set, by its bound
};

class committer {
  public:
    // All must outlive it. The limits in `chosen` may change between two calls. `on_damage` as in
    // boxes.
    committer(sqlite::database& on, const options& chosen, calendar& dates,
              std::function<void()> on_damage);

    // Reads what the file holds; the change that leads there from nothing. Once, before the rest.
    // Errors: not_a_spool when the rows do not fit together; no_key, of which the log says more;
    // what reading them says.
    core::result<group_change> load();

    // One transaction for all of it. On failure nothing was done and the group may be tried again.
    core::result<committed_group> commit(std::span<const append_list> appends,
                                         std::span<const settlement_list> settlements);

    // For errands: what may be read between groups, and where each pixel's records end now.
    tables& rows() { return tables_; }
    struct pixel_range {
        std::string pixel;
        std::int64_t number = 0;
        record_id last = 0;
    };
    std::vector<pixel_range> ranges() const;
    std::map<std::int64_t, std::string> names() const; // of pixels, by number
    // Deletes dead letters in one transaction. On failure nothing was done.
    core::result<group_change> remove_dead(std::span<const std::int64_t> ids);
    // Makes dead letters wait again, behind what waits already, in one transaction. On failure
    // nothing was done.
    struct replayed_group {
        group_change change;
        std::size_t keys_pushed_out = 0;
        std::vector<std::int64_t> duplicates; // those whose event is known: left as they were
    };
    core::result<replayed_group> replay_dead(std::span<const std::int64_t> ids);

    // New records stand under the newest of these from now on. Keys that were given before go on
    // opening until forget_older_keys(). Says in the log which keys are missing that are needed.
    group_change use_keys(const key_ring& keys);
    void forget_older_keys() { boxes_.forget_older(); }
    // Whether there is a key, and how many records and dead letters do not stand under it.
    bool encrypts() const { return !boxes_.seals_under().empty(); }
    std::int64_t to_encrypt_anew() const { return census_.stale(); }
    // Encrypts those with first <= id <= last that do not, in one transaction. On failure nothing
    // was done.
    struct encrypted_group {
        group_change change;
        std::size_t encrypted = 0;
    };
    core::result<encrypted_group> encrypt(bool dead, std::int64_t first, std::int64_t last);

    // Removes a bounded number of dead letters and logged keys whose time is over, and has the file
    // remember when the clock was set. Dead letters
    // that died in a future which the clock has been set back from die now: else they would keep
    // those behind them for as long.
    struct trimmed {
        group_change change;
        bool more = false;
    };
    core::result<trimmed> trim();
    // Gives a bounded number of the file's free pages back to the disk (when the log is next copied
    // back), but for `kept` of them.
    core::result<trimmed> shrink(std::int64_t kept);

  private:
    struct numbered_pixel {
        std::int64_t number = 0;
        std::int64_t next = 0;     // place of the next record
        std::int64_t reserved = 0; // places below it are reserved in the file
    };
    // What a group has gathered so far.
    struct group {
        core::wall_time now;
        std::string freed, added; // keys for the log
        committed_group done;
    };

    bool load_pixels();
    void load_keys(core::wall_time now);
    bool load_dead(group_change& change, const std::map<std::int64_t, pixel_change*>& by_number);
    bool count_key(std::string_view box_begin, std::int64_t count);
    bool has_all_keys() const;
    core::error_code complete(sqlite::transaction& work, group& current);
    void settle(const settlement_list& list, group& into);
    std::vector<taken_record> take_out(std::vector<record_id> ids, pixel_change& pixel,
                                       group& into);
    void bury(const settlement& dead, pixel_change& pixel, group& into);
    void bring_back(std::int64_t dead, const std::string& pixel, group& into);
    void count_out(std::int64_t pixel, std::uint64_t bytes, group_change& into);
    append_answer append(const append_list& list, group& into);
    bool within_shares(const append_list& list, std::span<const append_status> statuses) const;
    record_id next_id(const std::string& pixel);
    std::int64_t next_number() const;
    void undo();

    // Of the oldest rows those that may go, and those that are dated wrong.
    std::vector<tables::old_row> outdated_dead(std::span<const tables::old_row> oldest);
    std::vector<tables::old_row> misdated_dead(std::span<const tables::old_row> oldest);
    std::vector<tables::old_row> outdated_keys(core::wall_time now);

    sqlite::database& database_;
    const options& options_;
    calendar& calendar_;
    boxes boxes_;
    tables tables_;
    key_census census_;
    duplicate_set duplicates_;
    std::map<std::string, numbered_pixel> pixels_;
    // Pixels whose number or reservation this group wrote, as they were before.
    std::vector<std::pair<std::string, std::optional<numbered_pixel>>> pixels_before_;
    std::uint64_t bytes_ = 0;
    shares shares_;
    std::uint64_t logged_keys_ = 0;
    std::optional<core::wall_time> clock_set_; // as the file has it
};

inline std::int64_t to_signed(std::uint64_t size) {
    return static_cast<std::int64_t>(size);
}

} // namespace gatepost::spool
