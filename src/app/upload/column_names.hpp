// The names that columns of a CSV file may have.
#pragma once

#include "columns.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::app {

struct column_meaning {
    std::string path; // steps of the event joined by dots; "contents[]" for an array's only element
    cell_kind kind = cell_kind::text;
};

// A header cell's meaning; nothing when it has none.
std::optional<column_meaning> meaning_of(std::string_view header);
// Every name there is a meaning for, but for those below "properties.", "ad.", "device." and
// "visitor.headers.", where any name goes.
std::vector<std::string> known_column_names();

} // namespace gatepost::app
