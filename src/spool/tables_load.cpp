// What the tables say at start.
#include "tables.hpp"

#include <gatepost/core/key_codec.hpp>

namespace gatepost::spool {
namespace {

core::wall_time to_time(std::int64_t milliseconds) {
    return core::wall_time(std::chrono::milliseconds(milliseconds));
}

} // namespace

std::optional<core::wall_time> tables::clock_set() {
    std::optional<core::wall_time> at;
    auto query = database_.prepare("SELECT set_at FROM clock");
    while (query.next()) {
        at = to_time(query.integer(0));
    }
    return at;
}

std::vector<tables::stored_pixel> tables::read_pixels() {
    std::vector<stored_pixel> pixels;
    auto query = database_.prepare("SELECT number, id, reserved FROM pixels");
    while (query.next()) {
        pixels.push_back({query.integer(0), std::string(query.text(1)), query.integer(2)});
    }
    return pixels;
}

void tables::read_keys(
    const std::function<void(core::wall_time, std::string_view, std::string_view)>& visit) {
    auto query = database_.prepare("SELECT at, freed, added FROM key_log ORDER BY id");
    while (query.next()) {
        visit(to_time(query.integer(0)), query.text(1), query.text(2));
    }
}

void tables::read_records(
    const std::function<void(record_id, const taken_record&, core::wall_time)>& visit) {
    auto query =
        database_.prepare("SELECT id, size, duplicate_key, received, substr(box, 1, 9) FROM records"
                          " ORDER BY id");
    while (query.next()) {
        visit(query.integer(0),
              {core::read_key(query.text(2)), static_cast<std::uint64_t>(query.integer(1)),
               std::string(query.text(4))},
              to_time(query.integer(3)));
    }
}

std::vector<tables::dead_sum> tables::sum_dead() {
    std::vector<dead_sum> sums;
    auto query = database_.prepare("SELECT pixel, count(*), sum(size), max(received) FROM dead"
                                   " GROUP BY pixel");
    while (query.next()) {
        sums.push_back({query.integer(0), static_cast<std::uint64_t>(query.integer(1)),
                        static_cast<std::uint64_t>(query.integer(2)), to_time(query.integer(3))});
    }
    return sums;
}

void tables::count_dead_keys(const std::function<void(std::string_view, std::uint64_t)>& visit) {
    auto query = database_.prepare("SELECT substr(box, 1, 9), count(*) FROM dead GROUP BY 1");
    while (query.next()) {
        visit(query.text(0), static_cast<std::uint64_t>(query.integer(1)));
    }
}

} // namespace gatepost::spool
