// "did you mean ...?"
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gatepost::config {

// The candidate nearest to a mistyped word (by edits), "" when none is near.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

} // namespace gatepost::config
