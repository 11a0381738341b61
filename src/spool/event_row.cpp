#include "event_row.hpp"

#include "codec.hpp"

#include <gatepost/core/key_codec.hpp>

namespace gatepost::spool {
namespace {

core::wall_time to_time(std::int64_t milliseconds) {
    return core::wall_time(std::chrono::milliseconds(milliseconds));
}

// What a disk made up may be no key.
core::key128 to_key(std::string_view bytes) {
    return bytes.size() == core::key_bytes ? core::read_key(bytes) : core::key128();
}

} // namespace

bool event_row::read(const sqlite::statement& row, boxes& keys) {
    id_ = row.integer(0);
    identity_ = {.duplicate_key = to_key(row.text(10)),
                 .received = to_time(row.integer(1)),
                 .event_time = std::chrono::sys_seconds(std::chrono::seconds(row.integer(2))),
                 .variant = row.text(9),
                 .controller = row.text(5)};
    content_ = {};
    const auto box = row.text(11);
    bool readable = true;
    if (box.empty()) {
        content_ = {.event = row.text(3),
                    .event_id = row.text(4),
                    .subjects = row.text(6),
                    .evidence = row.text(7),
                    .payload = row.text(8)};
    } else if ((readable = keys.open(box, box_kind::record, identity_, opened_))) {
        content_ = unpack(opened_).value_or(personal());
    }
    subjects_ = decode_subjects(content_.subjects);
    return readable;
}

held_record event_row::as_held() const {
    return {.dead = false,
            .leased = false,
            .pixel = {},
            .controller = identity_.controller,
            .event = content_.event,
            .event_id = content_.event_id,
            .payload = content_.payload,
            .evidence = content_.evidence,
            .subjects = subjects_,
            .received = identity_.received,
            .event_time = identity_.event_time,
            .reason = {}};
}

} // namespace gatepost::spool
