#include "record_reader.hpp"

#include "schema.hpp"

#include <utility>

namespace gatepost::spool {
namespace {

core::wall_time to_time(std::int64_t milliseconds) {
    return core::wall_time(std::chrono::milliseconds(milliseconds));
}

} // namespace

const std::string record_reader::query =
    "SELECT " + std::string(event_columns) +
    ", ifnull(nullif(queued, 0), received) FROM records WHERE id BETWEEN ? AND ? ORDER BY id";

core::result<record_reader> record_reader::open(const std::string& file, const key_ring& keys,
                                                std::function<void()> on_damage) {
    auto opened = open_to_read(file);
    if (!opened) {
        return opened.error();
    }
    opened->on_damage(on_damage);
    record_reader made(std::move(*opened));
    made.boxes_.use(keys);
    made.boxes_.on_damage(std::move(on_damage));
    if (const auto failure = made.database_.failure()) {
        return failure;
    }
    return made;
}

record_reader::record_reader(sqlite::database opened)
    : database_(std::move(opened)), query_(database_.prepare(query)) {}

core::error_code record_reader::each(record_id first, record_id last, const visit_record& visit) {
    database_.forget_failure();
    // A statement that is left in the middle, also by an exception, would hold the log for ever.
    struct ending {
        sqlite::statement& query;
        ~ending() { query.reset(); }
    };
    const ending at_end{query_.with(first, last)};
    event_row row;
    while (query_.next()) {
        const bool readable = row.read(query_, boxes_);
        const auto& identity = row.identity();
        const auto& content = row.content();
        leased_record record{.id = row.id(),
                             .event = std::string(content.event),
                             .event_id = std::string(content.event_id),
                             .variant = std::string(identity.variant),
                             .payload = std::string(content.payload),
                             .received = identity.received,
                             .event_time = identity.event_time,
                             .attempts = 0,
                             .controller = std::string(identity.controller),
                             .subjects = row.subjects(),
                             .evidence = std::string(content.evidence)};
        const auto queued = to_time(query_.integer(event_columns_end));
        if (!visit({std::move(record), queued, readable})) {
            break;
        }
    }
    return database_.failure();
}

} // namespace gatepost::spool
