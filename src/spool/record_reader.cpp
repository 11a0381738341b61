#include "record_reader.hpp"

#include "codec.hpp"
#include "schema.hpp"

#include <utility>

namespace gatepost::spool {

core::result<record_reader> record_reader::open(const std::string& file) {
    auto opened = open_to_read(file);
    if (!opened) {
        return opened.error();
    }
    record_reader made(std::move(*opened));
    if (const auto failure = made.database_.failure()) {
        return failure;
    }
    return made;
}

record_reader::record_reader(sqlite::database opened)
    : database_(std::move(opened)), query_(database_.prepare(query)) {}

core::error_code record_reader::each(record_id first, record_id last,
                                     const std::function<bool(leased_record)>& visit) {
    database_.forget_failure();
    query_.with(first, last);
    while (query_.next()) {
        const bool more =
            visit({.id = query_.integer(0),
                   .event = std::string(query_.text(3)),
                   .event_id = std::string(query_.text(4)),
                   .variant = std::string(query_.text(9)),
                   .payload = std::string(query_.text(8)),
                   .received = core::wall_time(std::chrono::milliseconds(query_.integer(1))),
                   .event_time = std::chrono::sys_seconds(std::chrono::seconds(query_.integer(2))),
                   .attempts = 0,
                   .controller = std::string(query_.text(5)),
                   .subjects = decode_subjects(query_.text(6)),
                   .evidence = std::string(query_.text(7))});
        if (!more) {
            query_.reset();
            break;
        }
    }
    return database_.failure();
}

} // namespace gatepost::spool
