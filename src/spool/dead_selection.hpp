// Which dead letters an errand goes through, and how far it has come.
#pragma once

#include "tables.hpp"

#include <gatepost/spool/queue.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace gatepost::spool {

// Oldest first, up to the last one that is there when it begins: what dies meanwhile is not among
// them, so that it ends although letters that were replayed die again.
class dead_selection {
  public:
    explicit dead_selection(dead_query which);

    // What one step is made of.
    struct step {
        std::vector<std::int64_t> found;
        std::vector<std::int64_t> missing; // asked for by their ids
        std::int64_t next = 0;             // where the step after it begins
    };
    // The same ones again until advance() is called. Failures stick to `rows`.
    step look(tables& rows);
    void advance(const step& done) { next_ = done.next; }
    bool over() const { return last_ && next_ > *last_; }

  private:
    step look_up(tables& rows) const;
    step look_through(tables& rows) const;

    dead_query which_;      // ids ascending, each once
    std::int64_t next_ = 0; // place among the ids, or id
    std::optional<std::int64_t> last_;
};

} // namespace gatepost::spool
