#include "soundness.hpp"

#include "box.hpp"
#include "codec.hpp"
#include "schema.hpp"

#include <gatepost/core/key_codec.hpp>

#include <algorithm>
#include <array>

namespace gatepost::spool {
namespace {

// What stored_size() and the burial of a record count, by the bytes they take.
constexpr std::array<std::string_view, 10> sized_columns{
    "event",    "event_id", "controller", "variant", "payload",
    "evidence", "subjects", "reason",     "message", "request_id"};

// STRICT tables hold nothing else, but what a disk made up does not know that.
std::string typed(const std::vector<column>& columns) {
    std::string all = "1";
    for (const auto& one : columns) {
        all += " AND typeof(" + one.name + ") = '" + one.type + "'";
    }
    return all;
}

bool has(const std::vector<column>& columns, std::string_view name) {
    return std::ranges::find(columns, name, &column::name) != columns.end();
}

std::string without(const std::string& box, std::size_t overhead) {
    return " + max(length(" + box + ") - " + std::to_string(overhead) + ", 0)";
}

std::string size_of(const std::vector<column>& columns) {
    auto sum = std::to_string(stored_size({}));
    for (const auto& one : columns) {
        if (std::ranges::find(sized_columns, one.name) != sized_columns.end()) {
            sum += " + length(CAST(" + one.name + " AS BLOB))";
        }
    }
    // What is in a box counts as it would in the clear.
    if (has(columns, "box")) {
        sum += without("box", box_overhead + packed_overhead);
    }
    if (has(columns, "message_box")) {
        sum += without("message_box", box_overhead);
    }
    return sum;
}

std::string whole_keys(std::string_view column, std::size_t bytes) {
    return "length(" + std::string(column) + ") % " + std::to_string(bytes) + " = 0";
}

// A box or none, and nothing in the clear beside one. Whether it opens takes its key to say
// (box_check.hpp).
std::string sound_content(const std::vector<column>& columns) {
    const std::string clear = "json_valid(payload) AND json_valid(evidence)";
    if (!has(columns, "box")) {
        return clear;
    }
    const bool dead = has(columns, "message_box");
    return "CASE WHEN length(box) = 0 THEN " + clear +
           (dead ? " AND length(message_box) = 0" : "") +
           " ELSE length(box) >= " + std::to_string(box_overhead + packed_overhead) +
           " AND substr(box, 1, 1) = x'01' AND event = '' AND event_id = '' AND subjects = x''"
           " AND evidence = '' AND payload = ''" +
           (dead ? " AND message = '' AND (length(message_box) = 0 OR"
                   " (length(message_box) > " +
                       std::to_string(box_overhead) + " AND substr(message_box, 1, 1) = x'01'))"
                 : "") +
           " END";
}

std::string sound_event(const std::vector<column>& columns) {
    return typed(columns) + " AND size = " + size_of(columns) +
           " AND length(duplicate_key) = " + std::to_string(core::key_bytes) + " AND " +
           whole_keys("subjects", core::subject_bytes) + " AND " + sound_content(columns);
}

} // namespace

std::vector<column> columns_of(sqlite::database& file, std::string_view table) {
    file.forget_failure();
    std::vector<column> columns;
    auto query = file.prepare("SELECT name, lower(type) FROM pragma_table_info(?)");
    query.with(table);
    while (query.next()) {
        columns.push_back({std::string(query.text(0)), std::string(query.text(1))});
    }
    return columns;
}

// What was overwritten with zeros is none.
std::string sound_name() {
    return "id GLOB '[!-~]*'";
}

std::string sound_pixel(const std::vector<column>& columns) {
    return typed(columns) + " AND number BETWEEN 1 AND " + std::to_string(last_number) +
           " AND reserved BETWEEN 0 AND " + std::to_string(first_id(1)) + " AND " + sound_name();
}

std::string sound_record(const std::vector<column>& columns) {
    return sound_event(columns);
}

std::string sound_record(const std::vector<column>& columns, std::string_view pixels) {
    return sound_record(columns) + " AND (id >> " + std::to_string(sequence_bits) + ") IN " +
           std::string(pixels);
}

std::string sound_dead(const std::vector<column>& columns) {
    return sound_event(columns) + " AND reason != ''";
}

std::string sound_dead(const std::vector<column>& columns, std::string_view pixels) {
    return sound_dead(columns) + " AND pixel IN " + std::string(pixels);
}

std::string sound_keys(const std::vector<column>& columns) {
    return typed(columns) + " AND " + whole_keys("freed", core::key_bytes) + " AND " +
           whole_keys("added", core::key_bytes);
}

} // namespace gatepost::spool
