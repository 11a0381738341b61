// The spool's files as operators handle them, beside a running daemon or without one.
#pragma once

#include <gatepost/core/clock.hpp>
#include <gatepost/core/result.hpp>
#include <gatepost/spool/key_ring.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatepost::spool {

// What a look at a file found. Names of pixels and reasons, numbers, and nothing of a visitor.
struct inspection {
    std::int64_t version = 0; // of the file
    struct pixel {
        std::string id;
        std::uint64_t waiting = 0;
        std::uint64_t bytes = 0;               // of these
        std::optional<core::wall_time> oldest; // when the oldest of them was received
    };
    std::vector<pixel> pixels;
    struct dead_letters {
        std::string reason;
        std::uint64_t count = 0;
        std::uint64_t bytes = 0;
    };
    std::vector<dead_letters> dead;
    // Encrypted records and dead letters by the name of their key (key_ring.hpp).
    struct key_use {
        key_ring::key_name key;
        std::uint64_t records = 0;
        bool known = false; // it is in the ring, so they were opened
    };
    std::vector<key_use> keys;
    std::vector<std::string> faults; // in words for people; none when the file is whole
};

// Reads all of a spool.db, or of one that was kept aside, and says whether it is whole and every
// row is one that the spool wrote; what is encrypted under one of `keys` must open, of the rest
// nobody can tell. Nothing is changed, but SQLite may make the empty files beside it that every
// reader needs; while it reads, the file's log grows by what the daemon writes. Errors: not_a_spool
// and newer_version for files of others; what opening it says. A damaged file is no error: its
// faults say what was found.
core::result<inspection> inspect(const std::string& file, const key_ring& keys);

// Any other SQLite file of ours: its version and SQLite's own faults.
core::result<inspection> inspect_database(const std::string& file);

// Copies a database as it is at this moment to `to`, which must not be there (file_exists): mode
// 0600, one file without a log, on the disk when this returns, and checked page by page. What was
// made is removed again when something fails. The daemon may go on meanwhile.
core::error_code back_up(const std::string& file, const std::string& to);

} // namespace gatepost::spool
