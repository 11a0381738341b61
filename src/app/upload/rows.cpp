#include "rows.hpp"

#include "csv.hpp"

#include <gatepost/core/json.hpp>
#include <gatepost/core/text.hpp>

#include <algorithm>
#include <utility>

namespace gatepost::app {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// What the daemon would refuse the whole request for is found here, so that it costs one row.
core::input_result<core::json::document> parse_event(const std::string& text) {
    auto parsed = core::json::parse(text);
    if (parsed && !parsed->root().is_object()) {
        return core::input_error("invalid_body", "not an object", "");
    }
    return parsed;
}

// Bytes for which the daemon would refuse the whole request; "" for none.
std::string_view fault_of_bytes(std::string_view text) {
    if (!core::is_utf8(text)) {
        return "not UTF-8; save the file as CSV in UTF-8";
    }
    return text.find('\0') == std::string_view::npos ? "" : "a NUL byte";
}

bool is_blank(const std::vector<std::string>& cells) {
    return std::ranges::all_of(cells, [](const auto& cell) { return core::trim(cell).empty(); });
}

class ndjson_rows final : public row_reader {
  public:
    ndjson_rows(upload_input& input, row_defaults otherwise)
        : row_reader(input), otherwise_(std::move(otherwise)) {}

  private:
    piece read(std::string_view text, bool complete) override {
        const auto end = text.find('\n');
        if (end == std::string_view::npos && !complete) {
            return {};
        }
        piece found;
        found.length = end == std::string_view::npos ? text.size() : end + 1;
        std::string line(core::trim(text.substr(0, end)));
        if (!line.empty()) {
            found.fault = add_defaults(line);
            found.event = found.fault ? "" : std::move(line);
        }
        return found;
    }

    // Written into the text, so that every number stays as it was written.
    std::optional<core::input_error> add_defaults(std::string& line) const {
        const auto parsed = parse_event(line);
        if (parsed.has_error()) {
            return parsed.error();
        }
        const auto root = parsed->root();
        core::json::writer added;
        added.begin_object();
        if (!otherwise_.event.empty() && !root.find("event")) {
            added.member("event", std::string_view(otherwise_.event));
        }
        if (!otherwise_.pixel.empty() && !root.find("pixel") && !root.find("event_source_id")) {
            added.member("pixel", std::string_view(otherwise_.pixel));
        }
        auto members = added.end_object().take();
        members = members.substr(1, members.size() - 2);
        if (!members.empty()) {
            line.insert(line.find('{') + 1, members + (root.size() == 0 ? "" : ","));
        }
        return std::nullopt;
    }

    row_defaults otherwise_;
};

class csv_rows final : public row_reader {
  public:
    csv_rows(upload_input& input, row_defaults otherwise)
        : row_reader(input), otherwise_(std::move(otherwise)) {}

    // Nothing when the header line is one.
    std::optional<core::input_error> read_header() {
        while (input_.window().size() < longest && input_.grow()) {
        }
        const auto text = input_.window();
        if (text.empty()) {
            return bad("there is nothing in it");
        }
        if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
            return bad("this is UTF-16; save it as CSV in UTF-8");
        }
        separator_ = csv_separator(text);
        const auto header = read_csv_record(text, separator_, true);
        const auto fault =
            header->fault.empty() ? fault_of_bytes(text.substr(0, header->length)) : header->fault;
        if (!fault.empty()) {
            return bad(std::string(fault));
        }
        auto named = columns::named(header->cells);
        if (named.has_error()) {
            return named.error();
        }
        columns_ = std::move(*named);
        if (!columns_.has("event") && otherwise_.event.empty()) {
            return bad("there is no column event and no --event");
        }
        skip(header->length, header->lines);
        return std::nullopt;
    }

  private:
    static core::input_error bad(std::string message) {
        return {"bad_header", std::move(message), ""};
    }

    piece read(std::string_view text, bool complete) override {
        const auto record = read_csv_record(text, separator_, complete);
        if (!record) {
            return {};
        }
        piece found;
        found.length = record->length;
        found.lines = record->lines;
        if (!record->fault.empty()) {
            found.fault = core::input_error("bad_row", std::string(record->fault), "");
        } else if (!is_blank(record->cells)) {
            found.fault = fault_of(record->cells, text.substr(0, record->length));
            found.event = found.fault ? "" : columns_.event(record->cells, otherwise_);
        }
        return found;
    }

    // Fewer or more cells than the header has mean that some stand in the wrong column; empty ones
    // behind the last do not.
    std::optional<core::input_error> fault_of(const std::vector<std::string>& cells,
                                              std::string_view text) const {
        if (const auto fault = fault_of_bytes(text); !fault.empty()) {
            return core::input_error("bad_row", std::string(fault), "");
        }
        auto filled = cells.size();
        while (filled > columns_.count() && core::trim(cells[filled - 1]).empty()) {
            --filled;
        }
        if (filled != columns_.count()) {
            return core::input_error("bad_row",
                                     std::to_string(filled) + " cells where the header has " +
                                         std::to_string(columns_.count()),
                                     "");
        }
        return std::nullopt;
    }

    row_defaults otherwise_;
    char separator_ = ',';
    columns columns_;
};

} // namespace

std::optional<row> row_reader::next() {
    for (;;) {
        auto found = read(input_.window(), false);
        while (found.length == 0 && input_.window().size() < longest && input_.grow()) {
            found = read(input_.window(), false);
        }
        if (input_.window().empty()) {
            return std::nullopt;
        }
        row result{.begin = position(), .end = {}, .event = {}, .fault = {}};
        if (found.length == 0 && input_.window().size() < longest) {
            found = read(input_.window(), true);
        } else if (found.length == 0 || found.length > longest) {
            found = too_long();
        }
        result.event = std::move(found.event);
        skip(found.length, found.lines);
        if (found.fault || !result.event.empty()) {
            result.end = position();
            result.fault = std::move(found.fault);
            return result;
        }
    }
}

void row_reader::seek(row_position to) {
    input_.seek(to.offset);
    line_ = to.line;
}

void row_reader::skip(std::size_t length, std::uint64_t lines) {
    input_.drop(length);
    line_ += lines;
}

// Its first line alone, so that the lines behind it are read when it was a quote that is not
// closed.
row_reader::piece row_reader::too_long() {
    piece found;
    found.fault = core::input_error("bad_row", "longer than 256 KiB, or a quote is not closed", "");
    for (;;) {
        const auto end = input_.window().find('\n');
        if (end != std::string_view::npos) {
            found.length = end + 1;
            return found;
        }
        input_.drop(input_.window().size());
        if (!input_.grow()) {
            found.lines = 0;
            return found;
        }
    }
}

core::input_result<std::unique_ptr<row_reader>> open_rows(upload_input& input, row_format format,
                                                          const row_defaults& otherwise) {
    while (input.window().size() < byte_order_mark.size() && input.grow()) {
    }
    if (input.window().starts_with(byte_order_mark)) {
        input.drop(byte_order_mark.size());
    }
    if (format == row_format::ndjson) {
        return std::unique_ptr<row_reader>(std::make_unique<ndjson_rows>(input, otherwise));
    }
    auto rows = std::make_unique<csv_rows>(input, otherwise);
    if (auto error = rows->read_header()) {
        return *error;
    }
    return std::unique_ptr<row_reader>(std::move(rows));
}

} // namespace gatepost::app
