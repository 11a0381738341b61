// Which dead letters a request is about.
#pragma once

#include <gatepost/core/result.hpp>
#include <gatepost/spool/queue.hpp>

#include <string>
#include <string_view>

namespace gatepost::admin {

// One of the reasons that events become dead letters for (docs/operations.md "Dead letters").
bool is_dead_reason(std::string_view word);

// The body of a replay and of a removal: {"ids": [1, 2]} or {"reason": "invalid"}, exactly one of
// them and nothing else; 1 to 10,000 ids. The ids come back in ascending order, each once. Errors:
// invalid_json, and invalid_selection with the path of the member.
core::input_result<spool::dead_query> parse_selection(std::string body);

} // namespace gatepost::admin
