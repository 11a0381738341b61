// How what is held comes to stand under the newest key, step by step between the writer's groups,
// after a key has been given or replaced.
#pragma once

#include "committer.hpp"

#include <gatepost/core/result.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace gatepost::spool {

// It goes through the records pixel by pixel and then through the dead letters, and begins again as
// long as that does any good: a dead letter that is replayed meanwhile moves to where it has been.
class reencryption {
  public:
    // Through everything once more, if anything is left to do.
    void begin(const committer& files);
    bool over() const { return over_; }
    // Encrypts the next rows, as many as a walk's step has. On failure nothing was done.
    core::result<group_change> take_step(committer& files);

  private:
    struct range {
        bool dead = false;
        std::int64_t next = 0;
        std::int64_t last = 0;
    };
    void begin_round(committer& files);

    bool over_ = true;
    std::vector<range> rest_; // of this round
    std::size_t encrypted_ = 0;
    bool round_begun_ = false;
};

} // namespace gatepost::spool
