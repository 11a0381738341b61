#include "columns.hpp"

#include "column_names.hpp"

#include <gatepost/config/suggestion.hpp>
#include <gatepost/core/iso8601.hpp>
#include <gatepost/core/json.hpp>
#include <gatepost/core/text.hpp>

#include <algorithm>
#include <cstdint>

namespace gatepost::app {
namespace {

core::input_error bad_header(std::string message) {
    return {"bad_header", std::move(message), ""};
}

// A file without a header begins with somebody's data, which is not to be printed.
bool looks_like_a_name(std::string_view text) {
    constexpr std::size_t longest = 40;
    return !text.empty() && text.size() <= longest && core::is_alpha(text.front()) &&
           std::ranges::all_of(text, [](char c) {
               return core::is_alpha(c) || c == '_' || c == '-' || c == '.' || c == ' ';
           });
}

// A first line with an address, a number or a date in it: its other cells may be somebody's name.
bool looks_like_data(const std::vector<std::string>& header) {
    return std::ranges::any_of(header, [](std::string_view cell) {
        cell = core::trim(cell);
        return cell.find('@') != std::string_view::npos || cell.starts_with('+') ||
               (!cell.empty() && core::is_digit(cell.front()));
    });
}

std::string unknown_column(const std::vector<std::string>& header, std::size_t place) {
    const auto name = core::trim(header[place]);
    auto message = "column " + std::to_string(place + 1);
    if (!looks_like_a_name(name) || looks_like_data(header)) {
        return message + " has no name that is known";
    }
    message += ": " + std::string(name) + " is not known";
    const auto near = config::nearest(core::lower(name), known_column_names());
    return message + (near.empty() ? "; what is your own is called properties." + std::string(name)
                                   : "; did you mean " + near + "?");
}

// Below visitor.headers. and properties. dots are part of the name.
std::vector<std::string> steps_of(std::string_view path) {
    const std::size_t objects =
        path.starts_with("visitor.headers.") || path.starts_with("properties.contents[].") ? 2 : 1;
    std::vector<std::string> steps;
    while (steps.size() < objects && path.find('.') != std::string_view::npos) {
        steps.emplace_back(core::next_field(path, '.'));
    }
    steps.emplace_back(path);
    return steps;
}

bool is_json_number(std::string_view text) {
    const auto parsed = core::json::parse(std::string(text));
    return parsed && parsed->root().is_number();
}

// "Add to Cart" -> "AddToCart".
std::string joined_words(std::string_view text) {
    std::string name;
    bool begins = true;
    for (const char c : core::trim(text)) {
        if (c != ' ') {
            name += begins ? core::to_upper(c) : c;
        }
        begins = c == ' ';
    }
    return name;
}

void write_list(core::json::writer& out, std::string_view cell, bool numbers) {
    out.begin_array();
    while (!cell.empty()) {
        const auto item = core::trim(core::next_field(cell, '|'));
        if (numbers && is_json_number(item)) {
            out.raw(item);
        } else if (!item.empty()) {
            out.string(item);
        }
    }
    out.end_array();
}

void write_time(core::json::writer& out, std::string_view cell) {
    const auto text = core::trim(cell);
    if (const auto seconds = core::parse_integer<std::int64_t>(text)) {
        out.integer(*seconds);
    } else if (const auto time = core::parse_iso8601(text)) {
        out.integer(time->time_since_epoch().count());
    } else {
        out.string(cell);
    }
}

void write_flag(core::json::writer& out, std::string_view cell) {
    const auto word = core::lower(core::trim(cell));
    if (word == "true" || word == "1") {
        out.boolean(true);
    } else if (word == "false" || word == "0") {
        out.boolean(false);
    } else {
        out.string(cell);
    }
}

void write_cell(core::json::writer& out, cell_kind kind, const std::string& cell) {
    const auto trimmed = core::trim(cell);
    switch (kind) {
    case cell_kind::text:
        out.string(cell);
        break;
    case cell_kind::word:
        out.string(core::lower(trimmed));
        break;
    case cell_kind::event_name:
        out.string(joined_words(cell));
        break;
    case cell_kind::number:
        if (is_json_number(trimmed)) {
            out.raw(trimmed);
        } else {
            out.string(cell);
        }
        break;
    case cell_kind::numbers:
    case cell_kind::list:
        write_list(out, cell, kind == cell_kind::numbers);
        break;
    case cell_kind::time:
        write_time(out, cell);
        break;
    case cell_kind::flag:
        write_flag(out, cell);
        break;
    }
}

// Opens and closes the objects between one member and the next.
class nesting {
  public:
    explicit nesting(core::json::writer& out) : out_(out) {}

    void enter(const std::vector<std::string>& path) {
        std::size_t common = 0;
        while (common < open_.size() && common + 1 < path.size() && open_[common] == path[common]) {
            ++common;
        }
        leave(common);
        for (auto step = open_.size(); step + 1 < path.size(); ++step) {
            const std::string_view name = path[step];
            out_.key(name.substr(0, name.find('[')));
            if (name.ends_with(']')) {
                out_.begin_array();
            }
            out_.begin_object();
            open_.push_back(path[step]);
        }
    }
    void leave(std::size_t until) {
        for (; open_.size() > until; open_.pop_back()) {
            out_.end_object();
            if (open_.back().ends_with(']')) {
                out_.end_array();
            }
        }
    }

  private:
    core::json::writer& out_;
    std::vector<std::string> open_;
};

} // namespace

core::input_result<columns> columns::named(const std::vector<std::string>& header) {
    columns result;
    result.count_ = header.size();
    // Spreadsheets end lines with separators for columns that nobody filled.
    while (result.count_ > 0 && core::trim(header[result.count_ - 1]).empty()) {
        --result.count_;
    }
    for (std::size_t i = 0; i < result.count_; ++i) {
        const auto meaning = meaning_of(header[i]);
        if (!meaning) {
            return bad_header(unknown_column(header, i));
        }
        result.columns_.push_back({steps_of(meaning->path), meaning->kind, i});
    }
    std::ranges::sort(result.columns_, {}, &column::path);
    const auto twice = std::ranges::adjacent_find(result.columns_, {}, &column::path);
    if (twice != result.columns_.end()) {
        return bad_header("columns " + std::to_string(twice->cell + 1) + " and " +
                          std::to_string(std::next(twice)->cell + 1) + " mean the same");
    }
    return result;
}

bool columns::has(std::string_view path) const {
    return std::ranges::find(columns_, steps_of(path), &column::path) != columns_.end();
}

std::string columns::event(const std::vector<std::string>& cells,
                           const row_defaults& otherwise) const {
    core::json::writer out;
    out.begin_object();
    const auto add_default = [&](std::string_view name, const std::string& value) {
        const auto own = std::ranges::find(columns_, std::vector{std::string(name)}, &column::path);
        if (!value.empty() && (own == columns_.end() || core::trim(cells[own->cell]).empty())) {
            out.member(name, std::string_view(value));
        }
    };
    add_default("event", otherwise.event);
    add_default("pixel", otherwise.pixel);
    nesting inside(out);
    for (const auto& each : columns_) {
        const auto& cell = cells[each.cell];
        if (!core::trim(cell).empty()) {
            inside.enter(each.path);
            out.key(each.path.back());
            write_cell(out, each.kind, cell);
        }
    }
    inside.leave(0);
    out.end_object();
    return out.take();
}

} // namespace gatepost::app
