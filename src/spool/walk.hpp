// A walk through everything held (queue::walk): where it goes and how far it has come. It reads
// between the writer's groups; deleting and counting is the writer's.
#pragma once

#include "committer.hpp"

#include <gatepost/core/result.hpp>
#include <gatepost/spool/queue.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace gatepost::spool {

class walk {
  public:
    walk(queue::walk_visit visit, queue::walk_done done)
        : visit_(std::move(visit)), done_(std::move(done)) {}

    // One flag for each record of a pixel: on its way.
    using on_its_way =
        std::function<std::vector<bool>(const std::string& pixel, std::span<const record_id>)>;

    // What the visitor has been shown in one step: neighbouring rows of one table, at most 256 and
    // about 1 MiB of them (0.2 ms to show, 1.4 ms to delete).
    struct step {
        bool dead = false;
        std::string pixel;                // of records
        std::vector<record_id> to_delete; // ascending: records, or dead letters
        std::int64_t last = 0;            // everything up to here has been shown
    };
    // Shows the next rows. The same ones again until advance() is called. The first time is when
    // it begins: it goes through the records up to the end that each pixel has then.
    core::result<step> show(committer& files, const on_its_way& leased);
    void advance(const step& done);
    bool over() const { return dead_ && dead_->next > dead_->last; }
    // Tells who asked that it is over. Once.
    void finish(core::error_code how);

  private:
    struct range {
        std::string pixel;
        std::int64_t next = 0;
        std::int64_t last = 0;
    };
    void begin(const std::vector<committer::pixel_range>& ranges);
    core::result<step> show_records(tables& rows, const on_its_way& leased);
    core::result<step> show_dead(tables& rows);

    queue::walk_visit visit_;
    queue::walk_done done_;
    bool begun_ = false;
    bool all_shown_ = true;      // so far: no record was unreadable
    std::vector<range> records_; // pixels not finished yet
    // From the time the records are finished: a record that died before it was shown is there.
    std::optional<range> dead_;
    std::map<std::int64_t, std::string> names_; // of pixels, by number
};

} // namespace gatepost::spool
