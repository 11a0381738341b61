// CSV (RFC 4180) a record at a time: quoted cells with separators and line ends in them, LF or
// CRLF.
//
// Written by hand: Debian's only C library (libcsv) has had no release since 2013, and the C++ ones
// want the columns at compile time or cannot tell where in the file a record ends, which is what an
// upload goes on from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::app {

struct csv_record {
    std::size_t length = 0;  // in bytes, with its line end
    std::uint64_t lines = 1; // lines of the file that it takes
    std::vector<std::string> cells;
    std::string_view fault; // a literal; "" for a record that can be read
};

// The record that `text` begins with; nothing when it does not end within `text` and more may come
// (`complete` is false). A record with faulty quotes is its first line alone, so that one bad line
// never takes the lines behind it with it. A quote inside a cell that does not begin with one is a
// character like any other.
std::optional<csv_record> read_csv_record(std::string_view text, char separator, bool complete);

// What separates the cells of a header line: a comma, a semicolon or a tab, whichever there is most
// of outside of quotes.
char csv_separator(std::string_view text);

} // namespace gatepost::app
