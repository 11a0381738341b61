// The spool's file: what makes it one, its tables and its versions.
#pragma once

#include <gatepost/core/result.hpp>
#include <gatepost/spool/queue.hpp>
#include <gatepost/spool/sqlite_queue.hpp>
#include <gatepost/sqlite/database.hpp>

#include <cstdint>
#include <string>

namespace gatepost::spool {

// SQLite's application_id and user_version of the file.
constexpr std::int64_t application_id = 0x47507371; // "GPsq"
constexpr std::int64_t current_version = 4;

// Opens the one connection that writes; makes the tables in an empty file and brings those of an
// older version up to date. Errors: newer_version, not_a_spool, io, full.
core::result<sqlite::database> open_to_write(const std::string& file, durability chosen);
core::result<sqlite::database> open_to_read(const std::string& file);

// A record's id is its pixel's number and, in the lower 40 bits, its place among that pixel's
// records: the rows of a pixel stand together and in order. 2^40 are 34 years of 1,000 a second;
// the other bits leave room for 8 million pixels.
constexpr int sequence_bits = 40;
constexpr record_id first_id(std::int64_t pixel) {
    return pixel << sequence_bits;
}
constexpr record_id last_id(std::int64_t pixel) {
    return first_id(pixel + 1) - 1;
}
constexpr std::int64_t pixel_of(record_id id) {
    return id >> sequence_bits;
}
// Numbers begin at 1. One beyond this is none of ours: so many more could follow it.
constexpr std::int64_t last_number = std::int64_t(1) << 22;

} // namespace gatepost::spool
