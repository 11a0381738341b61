#include "dead_selection.hpp"

#include "step_size.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace gatepost::spool {

dead_selection::dead_selection(dead_query which) : which_(std::move(which)) {
    auto& ids = which_.ids;
    std::ranges::sort(ids);
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    if (!ids.empty()) {
        last_ = std::ssize(ids) - 1;
    }
}

dead_selection::step dead_selection::look(tables& rows) {
    rows.forget_failure();
    if (!last_) {
        const auto last = rows.last_dead();
        if (rows.failure()) {
            return {{}, {}, next_};
        }
        last_ = last;
    }
    return which_.ids.empty() ? look_through(rows) : look_up(rows);
}

dead_selection::step dead_selection::look_up(tables& rows) const {
    step_size size;
    step seen{{}, {}, next_};
    for (; seen.next <= *last_; ++seen.next) {
        const auto id = which_.ids[static_cast<std::size_t>(seen.next)];
        const auto row = rows.next_dead(id, id);
        if (!size.takes(row.empty() ? 0 : row.front().size)) {
            break;
        }
        (row.empty() ? seen.missing : seen.found).push_back(id);
    }
    return seen;
}

dead_selection::step dead_selection::look_through(tables& rows) const {
    step_size size;
    step seen{{}, {}, *last_ + 1};
    for (const auto& row : rows.next_dead(next_, *last_)) {
        if (!size.takes(row.size)) {
            seen.next = row.id;
            break;
        }
        if (which_.reason.empty() || row.reason == which_.reason) {
            seen.found.push_back(row.id);
        }
        seen.next = row.id + 1;
    }
    return seen;
}

} // namespace gatepost::spool
