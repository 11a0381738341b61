// The registry: what visitors decided towards the server (POST /v1/consent, /v1/erasure), GPC of
// known visitors, and whose waiting events are to be deleted. Docs: docs/consent.md "Registry".
//
// Visitors are known by their subject keys, HMACs under the instance key; nothing in the file leads
// back to one without that key and the identifier. The whole registry is in memory, so that a
// look-up costs no I/O; every change is applied there at once, and reaches the file in groups.
#pragma once

#include <gatepost/consent/finding.hpp>
#include <gatepost/core/clock.hpp>
#include <gatepost/core/result.hpp>
#include <gatepost/core/sealed_record.hpp>
#include <gatepost/identity/key_file.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::ledger {

enum class errc {
    io = 1,         // the disk or the database failed
    closed,         // shutting down
    wrong_key,      // the file was made under another instance key
    newer_version,  // written by a newer program
    not_a_registry, // the file is something else or damaged
    owned,          // another process writes this audit trail
    lost,           // there was a registry, and its file is missing or empty
};
const boost::system::error_category& ledger_category();
core::error_code make_error_code(errc value);

// The controller of each pixel that is configured.
using controllers_by_pixel = std::map<std::string, std::string, std::less<>>;

struct registry_options {
    std::string file;                                                    // <spool.path>/registry.db
    std::chrono::seconds grant_retention = std::chrono::hours(24) * 395; // consent.max_age
    std::chrono::seconds denial_retention = std::chrono::hours(24) * 365 * 5; // unless lifted
    controllers_by_pixel controllers;
};

// A visitor within the scope of a choice.
struct subject {
    std::string controller;
    std::vector<core::subject_key> keys; // at least one
};

enum class choice : std::uint8_t { granted = 1, denied = 2, erased = 3 }; // stored: never change

// What is held under one key of one controller.
struct entry {
    core::subject_key key;
    std::optional<choice> said;
    std::chrono::sys_seconds said_at{};
    std::optional<std::chrono::sys_seconds> gpc_at;
};

// An event that waits, as the second look sees it.
struct waiting_event {
    std::string_view pixel;
    std::string_view controller; // of the pixel when the event was received
    std::span<const core::subject_key> subjects;
    core::wall_time received;
    std::string_view evidence; // docs/architecture.md "Evidence"
};

class registry {
  public:
    // Opens or makes the file (mode 0600), reads it, starts the writing thread. Errors: lost, io,
    // wrong_key, newer_version, not_a_registry, and what the file system says. The log names each
    // controller under which choices are held and that no pixel has.
    static core::result<std::unique_ptr<registry>> open(const registry_options& chosen,
                                                        const identity::instance_key& key,
                                                        const core::clock& clock);
    // Whether there is a registry or has been one (registry.made beside the file says so): then its
    // key must not be made anew.
    static bool exists(const std::string& file);

    virtual ~registry() = default;

    // Called once, when the change is on disk or when that has failed (errc::io; the change stays
    // in effect and is tried again), on the registry's own thread and outside its locks.
    // errc::closed comes on the caller's thread. May be empty.
    using done = std::function<void(core::error_code)>;

    // Look-ups. Any thread, no I/O.

    // Findings for the gate, origin `registry`, source "registry":
    // - format "registry", denied, detail "withdrawn" or "erased", with its time: any key has one;
    // - format "registry", granted: every key of the event that is registered says so (the earliest
    //   of their times);
    // - format "gpc", denied, meaning gpc: any key has one.
    virtual std::vector<consent::finding> recall(std::string_view controller,
                                                 std::span<const core::subject_key> keys) const = 0;
    // The second look: whether an event that passed the gate may not be sent any more. True when
    // for any of its keys
    // - a withdrawal or erasure is held that is not older than the event's own grant
    //   (`granted_at` in its evidence; none counts as older than everything);
    // - a GPC is held, and the event goes in full (`action` is "send") under an opt-out regime or
    //   without a known country;
    // - its visitor's waiting events were withdrawn when it had been received already.
    // Asked under each of its controllers_of().
    virtual bool forbids(const waiting_event& event) const = 0;
    // Under which names choices about an event that is held may stand: that of its pixel's
    // controller when it was received and, if a new configuration has given the pixel another one,
    // that of the present one.
    virtual std::vector<std::string> controllers_of(std::string_view pixel,
                                                    std::string_view when_received) const = 0;
    // No look-up finds anything.
    virtual bool empty() const = 0;
    virtual std::size_t size() const = 0; // keys
    virtual std::vector<entry> entries(std::string_view controller,
                                       std::span<const core::subject_key> keys) const = 0;

    // Changes. Any thread; in effect for look-ups when the call returns. Of several calls about the
    // same visitor the file gets the later one last. A `finished` waits for all changes before it.

    // A choice made towards the server. Under each key the newer of two choices stands (of the same
    // second, the one that is not a grant). A grant also ends a recorded GPC that is not newer.
    // False when nothing changed because newer choices are held; `finished` is called all the same.
    virtual bool record(const subject& who, choice said, std::chrono::sys_seconds at,
                        done finished) = 0;
    // A later explicit grant on an event: withdrawals and erasures before `granted_at` end.
    virtual void lift(const subject& who, std::chrono::sys_seconds granted_at) = 0;
    // GPC of a known visitor in an opt-out regime. Nothing is written when all keys have one. Past
    // 1,000,000 keys of `_ttp` and ttclid under which nothing else is held no more of these are
    // taken, which the log says once; all other keys always are.
    virtual void note_gpc(const subject& who, std::chrono::sys_seconds at, done finished) = 0;
    // A denial seen on an event: what waits of this visitor, received up to `seen`, is not sent,
    // until a sweep begun after this has finished. No lasting record.
    virtual void withdraw_waiting(const subject& who, core::wall_time seen, done finished) = 0;

    // Sweeps through the spool. What sweep_begins() gives is handed to sweep_finished(), which
    // forgets the denials of withdraw_waiting() that were there when the sweep began.
    virtual std::uint64_t sweep_begins() = 0;
    virtual void sweep_finished(std::uint64_t sweep) = 0;
    // Something was denied, withdrawn or erased since the last finished sweep began; also after a
    // restart.
    virtual bool sweep_needed() const = 0;

    // registry_options::grant_retention of a new configuration. In effect when grants are looked at
    // next, which is about once an hour. Any thread.
    virtual void keep_grants_for(std::chrono::seconds time) = 0;
    // registry_options::controllers of a new configuration. Before a choice is recorded under it.
    // The log names those that no pixel has any more, as at the start. Any thread.
    virtual void use_controllers(controllers_by_pixel now) = 0;

    // Finishes what was handed over and closes the file. Changes after that answer errc::closed.
    virtual void close() = 0;
};

} // namespace gatepost::ledger

namespace boost::system {
template <>
struct is_error_code_enum<gatepost::ledger::errc> : std::true_type {};
} // namespace boost::system
