// Whatever a file of events holds, every row of it is an event that the daemon can read or a fault
// of that row alone, and reading can go on from every row. The first byte chooses the format.

#include "memory_file.hpp"
#include "upload/csv.hpp"
#include "upload/rows.hpp"

#include <gatepost/event/decode.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <system_error>

using namespace gatepost;
using fuzz::check;

namespace {

void check_row(const app::row& row) {
    check(row.event.empty() == row.fault.has_value());
    if (row.fault) {
        check(!row.fault->code.empty() && !row.fault->message.empty());
        return;
    }
    // One line of a request, for which the daemon does not refuse the request.
    check(row.event.find('\n') == row.event.npos);
    const auto posted = event::decode_body(row.event + "\n", event::body_format::ndjson);
    check(posted.has_value() && posted->events.size() == 1);
}

bool is_same(const app::row& one, const app::row& other) {
    return one.begin == other.begin && one.end == other.end && one.event == other.event &&
           one.fault.has_value() == other.fault.has_value();
}

void check_rows(std::string_view text, app::row_format format) {
    const fuzz::memory_file file(text);
    app::upload_input input(file.descriptor(), text.size());
    auto reader = app::open_rows(input, format, {.event = "Purchase", .pixel = "P"});
    if (!reader) {
        check(!reader.error().message.empty());
        return;
    }
    auto& rows = **reader;
    std::optional<app::row> last;
    for (auto before = rows.position();; before = rows.position()) {
        auto row = rows.next();
        if (!row) {
            break;
        }
        check_row(*row);
        check(row->begin == before || row->begin.offset > before.offset);
        check(row->end.offset > row->begin.offset && row->end.offset <= text.size());
        check(row->end.line >= row->begin.line && row->end == rows.position());
        last = std::move(row);
    }
    if (last) {
        rows.seek(last->begin);
        const auto again = rows.next();
        check(again.has_value() && is_same(*again, *last));
        check(!rows.next());
    }
}

// A record is the same however much of the file is seen behind it.
void check_windows(std::string_view text) {
    const auto whole = app::read_csv_record(text, ',', true);
    check(whole.has_value() && whole->length <= text.size());
    for (std::size_t seen = 0; seen < text.size(); ++seen) {
        const auto part = app::read_csv_record(text.substr(0, seen), ',', false);
        check(!part || (part->length == whole->length && part->cells == whole->cells &&
                        part->fault == whole->fault && part->lines == whole->lines));
    }
}

std::string quoted(std::string_view cell) {
    std::string result = "\"";
    for (const char c : cell) {
        result += c == '"' ? "\"\"" : std::string(1, c);
    }
    return result + "\"";
}

// What RFC 4180 writes is read as it was meant.
void check_written(std::string_view text) {
    const auto half = text.size() / 2;
    const auto record = quoted(text.substr(0, half)) + "," + quoted(text.substr(half)) + "\r\n";
    const auto read = app::read_csv_record(record + std::string(text), ',', true);
    check(read.has_value() && read->fault.empty() && read->length == record.size());
    check(read->cells.size() == 2);
    check(read->cells[0] == text.substr(0, half) && read->cells[1] == text.substr(half));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
    const bool is_csv = data[0] % 2 == 0;
    check_rows(text, is_csv ? app::row_format::csv : app::row_format::ndjson);
    if (is_csv) {
        constexpr std::size_t short_enough = 300; // every window is read from its beginning
        check_windows(text.substr(0, short_enough));
        check_written(text);
    }
    return 0;
}
