// Whether the boxes of a row open: what its sizes and names cannot tell (soundness.hpp).
#pragma once

#include "box.hpp"
#include "soundness.hpp"

#include <gatepost/sqlite/database.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace gatepost::spool {

class box_check {
  public:
    // For rows with these columns of `records` or `dead`, in this order from the first on.
    explicit box_check(const std::vector<column>& columns);

    enum class finding { in_the_clear, opens, key_unknown, broken };
    finding look(const sqlite::statement& row, boxes& keys) const;
    // The name of its key, "" for none.
    std::string_view key_of(const sqlite::statement& row) const;

  private:
    std::string_view text(const sqlite::statement& row, std::optional<int> place) const;

    std::optional<int> received_, event_time_, duplicate_key_, variant_, controller_, box_,
        message_box_;
};

} // namespace gatepost::spool
