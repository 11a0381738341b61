// How far an upload has come, in a file beside the one that is uploaded.
#pragma once

#include "rows.hpp"
#include "tally.hpp"

#include <gatepost/core/result.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace gatepost::app {

// What an upload is of. Another one must not go on where this one stopped.
struct upload_identity {
    std::string content; // fingerprint() of the file
    row_format format = row_format::csv;
    row_defaults otherwise;
};
// What is different, for people; "" when nothing is.
std::string difference(const upload_identity& then, const upload_identity& now);

struct upload_progress {
    upload_identity of;
    row_position at; // every row before it was answered
    tally so_far;
    std::uint64_t rejected_bytes = 0; // of the file of rejected rows, that belong to `so_far`
    bool finished = false;
};

// Nothing when there is no such file. Errors: what the file system says; not_supported for a file
// that holds anything else.
core::result<std::optional<upload_progress>> load_progress(const std::string& file);
// Replaces the file as a whole (mode 0600): whoever reads it, and whenever this process is killed,
// finds either the old or the new one.
core::error_code save_progress(const std::string& file, const upload_progress& now);

} // namespace gatepost::app
