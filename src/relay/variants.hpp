// Records that may share a request.
#pragma once

#include "settler.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace gatepost::relay {

// The records of each variant by themselves, in their order; the variants in the order in which
// they first come.
inline std::vector<batch> by_variant(batch records) {
    std::vector<batch> groups;
    for (auto& record : records) {
        auto group = std::ranges::find_if(
            groups, [&](const batch& each) { return each.front().variant == record.variant; });
        if (group == groups.end()) {
            group = groups.emplace(groups.end());
        }
        group->push_back(std::move(record));
    }
    return groups;
}

} // namespace gatepost::relay
