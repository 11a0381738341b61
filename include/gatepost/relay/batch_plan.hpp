// The order in which the records of a batch are sent until each one's fate is known.
//
// TikTok refuses a whole batch for one bad event. When its answer does not say which, the plan
// looks for it: of the records known to hold a bad one it sends the first half; what is refused
// narrows the search, what is taken leaves the other half. A single suspect is sent alone, and when
// it has been found everything set aside on the way goes out together. k bad ones among n take at
// most k * (ceil(log2 n) + 2) requests beyond the first.
#pragma once

#include <gatepost/core/delivery.hpp>

#include <cstddef>
#include <vector>

namespace gatepost::relay {

class batch_plan {
  public:
    explicit batch_plan(std::size_t records);

    // Places in the batch to send together next, ascending; empty when all is decided.
    const std::vector<std::size_t>& next();
    // Of what next() gave these are not sent, now or later; what is left of it, also when nothing
    // is. With the bad record among them a search finds everything else clean.
    const std::vector<std::size_t>& leave_out(const std::vector<std::size_t>& places);
    // The answer to what next() gave and leave_out() left, one outcome per record. After one with
    // outcome::retry the plan is over: what is not decided is undecided().
    void answered(const core::delivery& answer);
    // Neither delivered nor dead nor left out, ascending.
    std::vector<std::size_t> undecided() const;

  private:
    void search(std::vector<std::size_t> spoilt);
    void set_aside(const std::vector<std::size_t>& places);

    std::vector<std::size_t> sent_;
    std::vector<std::size_t> search_; // holds at least one bad record; empty: no search
    std::vector<std::size_t> clean_;  // nothing known against them
    std::size_t most_;                // records to send together
};

} // namespace gatepost::relay
