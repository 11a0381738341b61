#include "record_reader.hpp"

#include "codec.hpp"
#include "schema.hpp"

#include <utility>

namespace gatepost::spool {
namespace {

core::wall_time to_time(std::int64_t milliseconds) {
    return core::wall_time(std::chrono::milliseconds(milliseconds));
}

} // namespace

core::result<record_reader> record_reader::open(const std::string& file,
                                                std::function<void()> on_damage) {
    auto opened = open_to_read(file);
    if (!opened) {
        return opened.error();
    }
    opened->on_damage(std::move(on_damage));
    record_reader made(std::move(*opened));
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
    while (query_.next()) {
        leased_record record{.id = query_.integer(0),
                             .event = std::string(query_.text(3)),
                             .event_id = std::string(query_.text(4)),
                             .variant = std::string(query_.text(9)),
                             .payload = std::string(query_.text(8)),
                             .received = to_time(query_.integer(1)),
                             .event_time =
                                 std::chrono::sys_seconds(std::chrono::seconds(query_.integer(2))),
                             .attempts = 0,
                             .controller = std::string(query_.text(5)),
                             .subjects = decode_subjects(query_.text(6)),
                             .evidence = std::string(query_.text(7))};
        if (!visit(std::move(record), to_time(query_.integer(10)))) {
            break;
        }
    }
    return database_.failure();
}

} // namespace gatepost::spool
