// The audit trail: proof of why each event was sent (GDPR article 7(1)). Append-only files of JSON
// lines; docs/operations.md "Audit trail" describes a line.
//
// A line names no visitor. It carries a random link id; which visitor a link belongs to (subject
// keys) stands in files beside the lines, and an erasure overwrites it there. The trail is
// pseudonymous as long as the links are there, and event ids may lead back through the shop's own
// books: `plain_event_ids: false` keeps a keyed hash of them instead.
#pragma once

#include <gatepost/core/clock.hpp>
#include <gatepost/core/result.hpp>
#include <gatepost/core/sealed_record.hpp>
#include <gatepost/core/units.hpp>
#include <gatepost/identity/key_file.hpp>
#include <gatepost/observe/metrics.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::ledger {

enum class audit_record : std::uint8_t { all, sends, none };

// Section `audit` of the configuration.
struct audit_options {
    audit_record record = audit_record::sends;
    std::string directory; // `path`; "" for <spool.path>/audit
    std::chrono::seconds retention = std::chrono::hours(24) * 760; // and up to a week, by file
    core::byte_size max_bytes = core::gibibytes(1);                // the oldest files go first
    bool plain_event_ids = true;                                   // `event_id: plain` or hash
};

// One line to write. Views hold for the call.
struct audit_entry {
    std::string_view outcome; // "delivered", "refused" (a dead letter) or "dropped"
    std::string_view pixel;
    std::string_view event;
    std::string_view event_id;
    std::string_view controller;
    std::string_view evidence;                   // JSON object: the decision with its findings
    std::span<const core::subject_key> subjects; // empty: no link
    core::wall_time received;                    // when it was decided about
    std::string_view request_id;                 // the upstream's; not written for a drop
    std::int64_t code = 0;                       // the upstream's; not written for a drop
};

class audit {
  public:
    // Makes the directory (0700) and files (0600). A last line that a crash cut off is taken away.
    // With audit_record::none append() does nothing, and nothing is made; a trail that is there is
    // still searched, erased from and outlived. Errors: errc::owned (registry.hpp) when another
    // process writes it, else what the file system says.
    static core::result<std::unique_ptr<audit>> open(const audit_options& chosen,
                                                     const identity::instance_key& key,
                                                     const core::clock& clock,
                                                     observe::metrics& metrics);
    virtual ~audit() = default;

    virtual audit_record records() const = 0;
    // Appends lines in one write. A failure is logged and counted
    // (gatepost_audit_lines_lost_total), and stops nothing. Any thread.
    virtual void append(std::span<const audit_entry> entries) = 0;

    // Overwrites the links of a visitor within a controller and appends a line that says how many
    // ({"outcome":"erased","links":n,...}, without a visitor). `finished` is called on the audit's
    // own thread, or on the caller's with errc::closed, or when there is no trail.
    virtual void erase(std::string controller, std::vector<core::subject_key> keys,
                       std::function<void(core::result<std::size_t>)> finished) = 0;
    // The lines linked to a visitor, oldest first, at most `most`.
    virtual void find(std::string controller, std::vector<core::subject_key> keys, std::size_t most,
                      std::function<void(core::result<std::vector<std::string>>)> finished) = 0;
    // The lines written at or after `since`, oldest first, at most `most`.
    virtual void read(core::wall_time since, std::size_t most,
                      std::function<void(core::result<std::vector<std::string>>)> finished) = 0;
    // Finishes what was asked for. Later calls of append() are lost.
    virtual void close() = 0;
};

// Reads a trail, also one that is being written: calls visit(line) for each complete line written
// at or after `since`, oldest first, until it says false. An error is the file system's.
core::error_code read_audit(const std::string& directory, core::wall_time since,
                            const std::function<bool(std::string_view line)>& visit);

} // namespace gatepost::ledger
