// The rows of a file of events, each as the JSON that is posted for it.
#pragma once

#include "columns.hpp"
#include "input.hpp"

#include <gatepost/core/result.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace gatepost::app {

enum class row_format { csv, ndjson };

// Between two rows.
struct row_position {
    std::uint64_t offset = 0; // in bytes
    std::uint64_t line = 1;   // of the line that follows
    friend bool operator==(const row_position&, const row_position&) = default;
};

struct row {
    row_position begin;
    row_position end;
    std::string event; // one line of JSON
    std::optional<core::input_error>
        fault; // then there is no event; never repeats what stands there
};

class row_reader {
  public:
    // More than any event can use. What is longer is no row but a mistake.
    static constexpr std::size_t longest = 256 * 1024;

    virtual ~row_reader() = default;
    // The next row that is not blank; nothing at the end.
    std::optional<row> next();
    // Goes on from a position that next() once gave; for files alone.
    void seek(row_position to);
    row_position position() const { return {input_.offset(), line_}; }

  protected:
    // Takes an input that outlives the reader.
    explicit row_reader(upload_input& input) : input_(input) {}

    // What the text at the input's window begins with. `length` 0: its end is further on.
    struct piece {
        std::size_t length = 0;
        std::uint64_t lines = 1;
        std::string event; // "" for a blank one
        std::optional<core::input_error> fault;
    };
    virtual piece read(std::string_view text, bool complete) = 0;
    void skip(std::size_t length, std::uint64_t lines);

    upload_input& input_;

  private:
    piece too_long();

    std::uint64_t line_ = 1;
};

// For CSV the header line is read at once. Errors: what is wrong with it. The input stands at its
// beginning.
core::input_result<std::unique_ptr<row_reader>> open_rows(upload_input& input, row_format format,
                                                          const row_defaults& otherwise);

} // namespace gatepost::app
