// A database's write-ahead log, FILE-wal, as a file: what stands in it behind the place where
// SQLite stops reading.
//
// SQLite takes a log that does not begin as one for empty. It reads a log up to the last commit
// before the first frame whose checksum does not fit, says nothing of what follows, and overwrites
// it with the next commits. After a crash that is right: what was being written ends in a torn
// frame, and behind it stand at most frames from before the log began anew, which carry other
// salts. Frames of the present behind one that does not fit are something else. Source: SQLite's
// file format, section 4 ("The Write-Ahead Log").
#pragma once

#include <gatepost/core/result.hpp>

#include <cstdint>
#include <string>

namespace gatepost::sqlite {

// A log that is no longer holds nothing.
constexpr std::uint64_t log_header_size = 32;

struct log_reading {
    std::uint64_t bytes = 0;  // of the file; 0 for none
    bool header_whole = true; // also of a log that holds nothing
    // Up to the last commit that SQLite reads.
    std::uint64_t frames_read = 0;
    // Behind it, up to the last commit there is, when a frame that does not fit has others behind
    // it: 0 after every crash of the process. With a header that is not whole they are counted when
    // the frames tell what it said.
    std::uint64_t frames_unread = 0;
    // Whether one of the commits among them had a later transaction begin behind it. With
    // synchronous FULL it had been made durable by then; one that had not may be what the power
    // left of a commit of which nobody was told.
    bool durable_unread = false;
};

// Reads all of a log that nobody has open; one that is not there holds nothing. Errors: errc::io,
// and what the file system says.
core::result<log_reading> read_log(const std::string& log);

// Whether everything is there that a log of synchronous FULL must hold: it begins as one, or holds
// nothing, and nothing that was durable stands behind a frame that does not fit. Also false when it
// cannot be read.
bool log_is_whole(const std::string& log);

// Writes to `mended`, which must not be there (file_exists), a log that SQLite reads to its last
// commit: the frames of the present one that are sound, with a new chain of checksums, and the
// header as it was or as the frames tell that it was. Gives how many frames up to the last commit
// had to be left out: with none the database is as the last commit left it, else pages of it are of
// different times, and fit for salvage only. Errors: errc::damaged when nothing tells what the
// header said; errc::full and errc::io; what the file system says.
core::result<std::uint64_t> mend_log(const std::string& log, const std::string& mended);

} // namespace gatepost::sqlite
