// What can be known of a row without its neighbours: whether it is one that the spool wrote.
//
// SQLite has no checksums of its pages. So that what a disk made up is not taken for an event, a
// row's sizes must agree with what it carries, its keys must be whole, and what is JSON must be
// JSON.
#pragma once

#include <gatepost/sqlite/database.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace gatepost::spool {

struct column {
    std::string name;
    std::string type; // "integer", "text", "blob": what typeof() says of its values
};
// In order; none when there is no such table or the schema cannot be read.
std::vector<column> columns_of(sqlite::database& file, std::string_view table);

// SQL expressions over the columns of a table as its file has it (older versions have fewer): 1 for
// a sound row, else 0 or NULL. `pixels` is what stands to the right of IN: the known numbers;
// without it a row may be of any pixel.
std::string sound_name(); // of a pixel
std::string sound_pixel(const std::vector<column>& columns);
std::string sound_record(const std::vector<column>& columns);
std::string sound_record(const std::vector<column>& columns, std::string_view pixels);
std::string sound_dead(const std::vector<column>& columns);
std::string sound_dead(const std::vector<column>& columns, std::string_view pixels);
std::string sound_keys(const std::vector<column>& columns);

} // namespace gatepost::spool
