// Pixels of a damaged spool whose row in `pixels` is lost, while events of theirs are still there.
#pragma once

#include <gatepost/sqlite/database.hpp>

#include <cstdint>
#include <set>
#include <string>

namespace gatepost::spool {

// By whom an event waits whose pixel nobody can name any more: it is shown, and expires.
std::string name_of_lost_pixel(std::int64_t number);

// Finds their numbers by the sound rows of records and dead letters, as far as those can be read.
class lost_pixels {
  public:
    // `known`: the numbers that have a row.
    lost_pixels(sqlite::database& damaged, const std::set<std::int64_t>& known);

    // `sound` is an SQL expression as in soundness.hpp, which asks nothing of the pixel.
    void search_records(const std::string& sound);
    void search_dead(const std::string& sound);
    const std::set<std::int64_t>& numbers() const { return found_; }

  private:
    // From pixel to pixel, from `place` on, to the next one that is known or to the damage.
    void go_up(sqlite::statement& next, std::int64_t place);
    void go_down(sqlite::statement& next, std::int64_t place);
    bool read_dead(sqlite::statement& rows);
    bool add(std::int64_t number);

    sqlite::database& damaged_;
    const std::set<std::int64_t>& known_;
    std::set<std::int64_t> found_;
};

} // namespace gatepost::spool
