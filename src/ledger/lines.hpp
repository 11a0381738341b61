// Reading files of lines, also such that grow meanwhile. A line counts once its line feed is there.
#pragma once

#include "file.hpp"

#include <gatepost/core/result.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace gatepost::ledger {

// Calls visit(line) for each line that was complete when it began, without its line feed, until
// `visit` says false.
core::error_code each_line(const file& from, const std::function<bool(std::string_view)>& visit);

std::optional<std::string> first_line(const file& from);
std::optional<std::string> last_line(const file& from);

// Where the last complete line ends; 0 when there is none.
core::result<std::uint64_t> end_of_lines(const file& from);

} // namespace gatepost::ledger
