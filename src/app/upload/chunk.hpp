// The rows that are posted together. Where chunks begin and end depends on nothing but the file and
// the position the first of them begins at, so that a row stands at the same place of the same
// chunk however often an upload was broken off.
#pragma once

#include "rows.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatepost::app {

// A row that was not taken, and why; never what stands in it.
struct rejected_row {
    std::uint64_t line = 0;
    core::input_error error;
};

struct chunk {
    row_position begin;
    row_position end;
    std::string body;                   // newline-delimited JSON; "" when no row can be posted
    std::vector<std::uint64_t> lines;   // of each row in the body
    std::vector<rejected_row> rejected; // rows that cannot be posted

    std::size_t rows() const { return lines.size() + rejected.size(); }
};

class chunker {
  public:
    static constexpr std::size_t most_rows = 500;
    static constexpr std::size_t most_bytes = 1024 * 1024;

    explicit chunker(row_reader& rows) : rows_(rows) {}

    // Nothing at the end.
    std::optional<chunk> next();

  private:
    row_reader& rows_;
    std::optional<row> waiting_; // did not fit into the last one
};

} // namespace gatepost::app
