#include "lost_pixels.hpp"

#include "schema.hpp"

#include <limits>
#include <optional>

namespace gatepost::spool {
namespace {

std::optional<std::int64_t> first_of(sqlite::statement& query, std::int64_t place) {
    std::optional<std::int64_t> first;
    if (query.with(place).next()) {
        first = query.integer(0);
        query.reset();
    }
    return first;
}

} // namespace

std::string name_of_lost_pixel(std::int64_t number) {
    return "lost-pixel-" + std::to_string(number);
}

lost_pixels::lost_pixels(sqlite::database& damaged, const std::set<std::int64_t>& known)
    : damaged_(damaged), known_(known) {}

// From every pixel that is known to the next one: a damaged page in one of them hides nothing.
void lost_pixels::search_records(const std::string& sound) {
    damaged_.forget_failure();
    auto above = damaged_.prepare("SELECT id FROM records WHERE id > ? AND " + sound +
                                  " ORDER BY id LIMIT 1");
    auto below = damaged_.prepare("SELECT id FROM records WHERE id < ? AND " + sound +
                                  " ORDER BY id DESC LIMIT 1");
    if (damaged_.failure()) {
        return; // nothing is left of the table
    }
    go_up(above, last_id(0));
    go_down(below, first_id(last_number + 1));
    for (const auto number : known_) {
        go_up(above, last_id(number));
        go_down(below, first_id(number));
    }
}

void lost_pixels::go_up(sqlite::statement& next, std::int64_t place) {
    for (;;) {
        damaged_.forget_failure();
        const auto id = first_of(next, place);
        // No further along than before: a page stands where another belongs.
        if (!id || *id <= place || !add(pixel_of(*id))) {
            return;
        }
        place = last_id(pixel_of(*id));
    }
}

void lost_pixels::go_down(sqlite::statement& next, std::int64_t place) {
    for (;;) {
        damaged_.forget_failure();
        const auto id = first_of(next, place);
        if (!id || *id >= place || !add(pixel_of(*id))) {
            return;
        }
        place = first_id(pixel_of(*id));
    }
}

void lost_pixels::search_dead(const std::string& sound) {
    damaged_.forget_failure();
    // What the first column says goes up in both.
    auto forwards = damaged_.prepare("SELECT id, pixel FROM dead WHERE " + sound + " ORDER BY id");
    auto backwards =
        damaged_.prepare("SELECT -id, pixel FROM dead WHERE " + sound + " ORDER BY id DESC");
    if (!damaged_.failure() && !read_dead(forwards)) {
        read_dead(backwards);
    }
}

// Whether to the end.
bool lost_pixels::read_dead(sqlite::statement& rows) {
    damaged_.forget_failure();
    auto last = std::numeric_limits<std::int64_t>::min();
    while (rows.next()) {
        if (rows.integer(0) <= last) {
            rows.reset(); // out of order, as above: whoever followed might never end
            return false;
        }
        last = rows.integer(0);
        add(rows.integer(1));
    }
    return !damaged_.failure();
}

// False when it is known, so that nobody goes on from it.
bool lost_pixels::add(std::int64_t number) {
    return number >= 1 && number <= last_number && !known_.contains(number) &&
           found_.insert(number).second;
}

} // namespace gatepost::spool
