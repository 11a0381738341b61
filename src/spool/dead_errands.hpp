// What operators do with dead letters, step by step between the writer's groups: list them, make
// them wait again, delete them.
#pragma once

#include "committer.hpp"
#include "dead_selection.hpp"

#include <gatepost/core/result.hpp>
#include <gatepost/spool/queue.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace gatepost::spool {

// The three have in common: take_step() takes the next step, and when it fails nothing of that step
// was done; over() says that none is left; finish() tells who asked how it ended, once.

class dead_listing {
  public:
    dead_listing(dead_query which, std::size_t limit, queue::list_done done);

    core::error_code take_step(committer& files);
    bool over() const { return over_ || letters_.size() == limit_; }
    void finish(core::error_code how);

  private:
    dead_query which_; // ids descending, each once
    std::size_t limit_;
    queue::list_done done_;
    std::vector<dead_letter> letters_;
    std::size_t place_ = 0; // among the ids
    std::int64_t last_;     // of those not seen yet, without ids
    bool over_ = false;
};

class dead_replay {
  public:
    dead_replay(dead_query which, queue::replay_check may_go, queue::replay_done done)
        : which_(std::move(which)), may_go_(std::move(may_go)), done_(std::move(done)) {}

    core::result<committer::replayed_group> take_step(committer& files);
    bool over() const { return which_.over(); }
    void finish(core::error_code how);

  private:
    // Those of the step that may go; the others are added to `refused`.
    std::vector<std::int64_t> ask(committer& files, const dead_selection::step& step,
                                  std::vector<replay_result::refusal>& refused);

    dead_selection which_;
    queue::replay_check may_go_;
    queue::replay_done done_;
    replay_result result_;
};

class dead_removal {
  public:
    dead_removal(dead_query which, queue::removal_done done)
        : which_(std::move(which)), done_(std::move(done)) {}

    core::result<group_change> take_step(committer& files);
    bool over() const { return which_.over(); }
    void finish(core::error_code how);

  private:
    dead_selection which_;
    queue::removal_done done_;
    removal_result result_;
};

} // namespace gatepost::spool
