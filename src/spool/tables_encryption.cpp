// Rows that do not stand under the newest key come to do so, each in its place.
#include "tables.hpp"

#include <utility>

namespace gatepost::spool {

// What is to be written is made before any of it is: a table is not changed while it is read.
std::vector<tables::encrypted_row> tables::encrypt(sqlite::statement& stale, bool dead) {
    const std::string under(boxes_.seals_under());
    std::vector<encrypted_row> rows;
    event_row row;
    std::string message;
    while (stale.next()) {
        if (!row.read(stale, boxes_)) {
            continue;
        }
        encrypted_row made{.id = row.id(), .stood_under = {}, .box = {}, .message_box = {}};
        if (const auto box = stale.text(event_columns_end - 1); !box.empty()) {
            made.stood_under = key_of_box(box);
        }
        if (dead) {
            const auto box = stale.text(event_columns_end + 1);
            message = stale.text(event_columns_end);
            if (!box.empty() && !boxes_.open(box, box_kind::message, row.identity(), message)) {
                continue;
            }
            if (!message.empty()) {
                made.message_box = boxes_.seal(under, box_kind::message, row.identity(), message);
            }
        }
        made.box = boxes_.seal(under, box_kind::record, row.identity(), pack(row.content()));
        rows.push_back(std::move(made));
    }
    return rows;
}

std::vector<std::string> tables::encrypt_records(record_id first, record_id last) {
    const auto under = boxes_.seals_under();
    std::vector<std::string> stood_under;
    for (auto& row : encrypt(stale_records_.with(first, last, sqlite::blob{under}), false)) {
        encrypt_record_.with(row.id, sqlite::blob{row.box}).run();
        stood_under.push_back(std::move(row.stood_under));
    }
    return stood_under;
}

std::vector<std::string> tables::encrypt_dead(std::int64_t first, std::int64_t last) {
    const auto under = boxes_.seals_under();
    std::vector<std::string> stood_under;
    for (auto& row : encrypt(stale_dead_.with(first, last, sqlite::blob{under}), true)) {
        encrypt_dead_.with(row.id, sqlite::blob{row.box}, sqlite::blob{row.message_box}).run();
        stood_under.push_back(std::move(row.stood_under));
    }
    return stood_under;
}

} // namespace gatepost::spool
