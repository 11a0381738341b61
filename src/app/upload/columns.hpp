// What the columns of a CSV file mean, and a row as the event it stands for.
#pragma once

#include <gatepost/core/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace gatepost::app {

// For rows that say nothing else; "" for none.
struct row_defaults {
    std::string event;
    std::string pixel;
};

// How a cell is written. A number or time that is none is written as text: the daemon says what is
// wrong with it, in the same words as for every application.
enum class cell_kind {
    text,
    word,       // text in lower case
    event_name, // text; TikTok's template writes "Add to Cart" for AddToCart
    number,
    numbers, // "7|8"
    time,    // seconds since 1970 or ISO 8601
    flag,    // true, false, 1 or 0
    list,    // "a|b"
};

class columns {
  public:
    // From the cells of the header line: known names in any case, or paths into the event
    // ("user.email", "properties.anything"). Error: what is wrong, with a suggestion.
    static core::input_result<columns> named(const std::vector<std::string>& header);

    // A row that has a cell for each column, as JSON. Empty cells are absent.
    std::string event(const std::vector<std::string>& cells, const row_defaults& otherwise) const;

    bool has(std::string_view path) const;
    std::size_t count() const { return count_; }

  private:
    struct column {
        std::vector<std::string> path; // "contents[]" for the only element of an array
        cell_kind kind = cell_kind::text;
        std::size_t cell = 0; // place in the row
    };
    std::vector<column> columns_; // by path, so that members of one object stand together
    std::size_t count_ = 0;
};

} // namespace gatepost::app
