// Carries out one commit group after the other: everything the writer knows about the file and the
// duplicate set, without threads.
#pragma once

#include "duplicate_set.hpp"
#include "shares.hpp"
#include "tables.hpp"
#include "tallies.hpp"

#include <gatepost/core/clock.hpp>
#include <gatepost/core/result.hpp>
#include <gatepost/core/sealed_record.hpp>
#include <gatepost/spool/queue.hpp>
#include <gatepost/spool/sqlite_queue.hpp>
#include <gatepost/sqlite/database.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
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
    // Both must outlive it.
    committer(sqlite::database& on, const options& chosen, const core::clock& clock);

    // Reads what the file holds; the change that leads there from nothing. Once, before the rest.
    core::result<group_change> load();

    // One transaction for all of it. On failure nothing was done and the group may be tried again.
    core::result<committed_group> commit(std::span<const append_list> appends,
                                         std::span<const settlement_list> settlements);

    // For walks: what may be read between groups, and where each pixel's records end now.
    tables& rows() { return tables_; }
    struct pixel_range {
        std::string pixel;
        std::int64_t number = 0;
        record_id last = 0;
    };
    std::vector<pixel_range> ranges() const;
    // Deletes dead letters in one transaction. On failure nothing was done.
    core::result<group_change> remove_dead(std::span<const std::int64_t> ids);

    // Removes a bounded number of dead letters and logged keys whose time is over.
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

    void settle(const settlement_list& list, group& into);
    std::vector<taken_record> take_out(std::vector<record_id> ids, pixel_change& pixel,
                                       group& into);
    void bury(const settlement& dead, pixel_change& pixel, group& into);
    void count_out(std::int64_t pixel, std::uint64_t bytes, group_change& into);
    append_answer append(const append_list& list, group& into);
    bool within_shares(const append_list& list, std::span<const append_status> statuses) const;
    record_id next_id(const std::string& pixel);
    void undo();

    // Shortens a list of the oldest rows to those that may go.
    std::vector<tables::old_row> outdated_dead(core::wall_time now);
    std::vector<tables::old_row> outdated_keys(core::wall_time now);

    sqlite::database& database_;
    const options& options_;
    const core::clock& clock_;
    tables tables_;
    duplicate_set duplicates_;
    std::map<std::string, numbered_pixel> pixels_;
    // Pixels whose number or reservation this group wrote, as they were before.
    std::vector<std::pair<std::string, std::optional<numbered_pixel>>> pixels_before_;
    std::uint64_t bytes_ = 0;
    shares shares_;
    std::uint64_t logged_keys_ = 0;
};

} // namespace gatepost::spool
