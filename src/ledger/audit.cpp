// The audit trail behind its port
//
// append() writes on the caller's thread, under the trail's mutex: one write for the links and one
// for the lines, into the kernel's hands. Everything that reads, syncs or removes files happens on
// one thread of its own, in the order asked for. A power cut may take the last lines, a kill -9 at
// most what was being written.
#include "audit_line.hpp"
#include "links.hpp"
#include "trail.hpp"

#include <gatepost/core/ids.hpp>
#include <gatepost/core/key_codec.hpp>
#include <gatepost/core/text.hpp>
#include <gatepost/identity/hash.hpp>
#include <gatepost/ledger/audit.hpp>
#include <gatepost/ledger/registry.hpp>
#include <gatepost/observe/log.hpp>

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

namespace gatepost::ledger {
namespace {

// How often the clock is looked at while nothing happens.
constexpr std::chrono::seconds idle_interval(1);
constexpr std::chrono::hours removal_interval(1);
// Between two lines in the log about a disk that fails.
constexpr std::chrono::seconds complaint_interval(10);

using lines_found = std::function<void(core::result<std::vector<std::string>>)>;

// When nothing is recorded and never was.
class no_audit final : public audit {
  public:
    audit_record records() const override { return audit_record::none; }
    void append(std::span<const audit_entry>) override {}
    void erase(std::string, std::vector<core::subject_key>,
               std::function<void(core::result<std::size_t>)> finished) override {
        finished(std::size_t{0});
    }
    void find(std::string, std::vector<core::subject_key>, std::size_t,
              lines_found finished) override {
        finished(std::vector<std::string>());
    }
    void read(core::wall_time, std::size_t, lines_found finished) override {
        finished(std::vector<std::string>());
    }
    void close() override {}
};

class written_audit final : public audit {
  public:
    written_audit(const audit_options& chosen, identity::instance_key key, const core::clock& clock,
                  observe::metrics& metrics, std::unique_ptr<trail> opened)
        : options_(chosen), key_(std::move(key)), clock_(clock), metrics_(metrics),
          trail_(std::move(opened)), next_complaint_(clock.steady()),
          next_removal_(clock.steady() + removal_interval), thread_([this] { run(); }) {}
    ~written_audit() override { close(); }

    audit_record records() const override { return options_.record; }
    void append(std::span<const audit_entry> entries) override;
    void erase(std::string controller, std::vector<core::subject_key> keys,
               std::function<void(core::result<std::size_t>)> finished) override;
    void find(std::string controller, std::vector<core::subject_key> keys, std::size_t most,
              lines_found finished) override;
    void read(core::wall_time since, std::size_t most, lines_found finished) override;
    void close() override;

  private:
    // Called with true on the thread, or with false when it is closed.
    using job = std::function<void(bool open)>;

    std::string event_id_of(const audit_entry& entry) const;
    // The controller as it stands in links.
    std::uint64_t fingerprint(std::string_view controller) const;
    core::result<std::size_t> erase_now(const std::string& controller,
                                        const std::vector<core::subject_key>& keys);
    void ask(job asked);
    void run();
    void upkeep();
    void complain(core::error_code failure);
    // Complains, and gives what callers are told.
    core::error_code failed(core::error_code failure);

    audit_options options_;
    identity::instance_key key_;
    const core::clock& clock_;
    observe::metrics& metrics_;
    std::unique_ptr<trail> trail_;

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<job> jobs_;
    bool closing_ = false;
    core::steady_time next_complaint_;
    core::steady_time next_removal_; // of the thread
    std::thread thread_;
};

std::string written_audit::event_id_of(const audit_entry& entry) const {
    if (options_.plain_event_ids) {
        return std::string(entry.event_id);
    }
    const auto hash =
        identity::truncate(key_.hmac("audit event_id:" + std::string(entry.event_id)));
    std::string bytes;
    core::append_key(bytes, hash);
    return "hmac:" + core::to_hex(bytes);
}

std::uint64_t written_audit::fingerprint(std::string_view controller) const {
    return identity::truncate(key_.hmac("audit controller:" + std::string(controller))).high;
}

void written_audit::append(std::span<const audit_entry> entries) {
    if (options_.record == audit_record::none || entries.empty()) {
        return;
    }
    const auto now = clock_.wall();
    std::map<std::string_view, std::uint64_t> controllers;
    std::string links, lines;
    for (const auto& entry : entries) {
        std::string link;
        if (!entry.subjects.empty()) {
            link = core::random_id();
            const auto [known, unseen] = controllers.try_emplace(entry.controller);
            if (unseen) {
                known->second = fingerprint(entry.controller);
            }
            for (const auto& key : entry.subjects) {
                append_link(links, parse_link(link).value(), key, known->second);
            }
        }
        append_line(lines, entry, link, event_id_of(entry), now);
    }
    core::error_code failure;
    {
        const std::lock_guard lock(mutex_);
        failure = closing_ ? make_error_code(errc::closed) : core::error_code();
    }
    if (!failure) {
        failure = trail_->append(links, lines, now);
    }
    if (failure) {
        metrics_.audit_lines_lost(entries.size());
        complain(failure);
    }
}

core::result<std::size_t> written_audit::erase_now(const std::string& controller,
                                                   const std::vector<core::subject_key>& keys) {
    const auto erased = trail_->erase({fingerprint(controller), keys});
    if (!erased) {
        return failed(erased.error());
    }
    const auto now = clock_.wall();
    std::string line;
    append_erasure(line, controller, *erased, now);
    if (const auto failure = trail_->append({}, line, now)) {
        metrics_.audit_lines_lost(1);
        complain(failure);
    }
    return erased;
}

void written_audit::erase(std::string controller, std::vector<core::subject_key> keys,
                          std::function<void(core::result<std::size_t>)> finished) {
    ask([this, controller = std::move(controller), keys = std::move(keys),
         finished = std::move(finished)](bool open) {
        finished(open ? erase_now(controller, keys)
                      : core::result<std::size_t>(make_error_code(errc::closed)));
    });
}

void written_audit::find(std::string controller, std::vector<core::subject_key> keys,
                         std::size_t most, lines_found finished) {
    ask([this, controller = std::move(controller), keys = std::move(keys), most,
         finished = std::move(finished)](bool open) {
        if (!open) {
            finished(make_error_code(errc::closed));
            return;
        }
        auto found = trail_->find({fingerprint(controller), keys}, most);
        finished(found ? std::move(found) : failed(found.error()));
    });
}

void written_audit::read(core::wall_time since, std::size_t most, lines_found finished) {
    ask([this, since, most, finished = std::move(finished)](bool open) {
        if (!open) {
            finished(make_error_code(errc::closed));
            return;
        }
        std::vector<std::string> lines;
        const auto failure = read_audit(options_.directory, since, [&](std::string_view line) {
            if (lines.size() < most) {
                lines.emplace_back(line);
            }
            return lines.size() < most;
        });
        if (failure) {
            finished(failed(failure));
        } else {
            finished(std::move(lines));
        }
    });
}

void written_audit::ask(job asked) {
    {
        const std::lock_guard lock(mutex_);
        if (!closing_) {
            jobs_.push_back(std::move(asked));
            wake_.notify_one();
            return;
        }
    }
    asked(false);
}

void written_audit::run() {
    for (bool closing = false; !closing;) {
        std::deque<job> jobs;
        {
            std::unique_lock lock(mutex_);
            wake_.wait_for(lock, idle_interval, [this] { return closing_ || !jobs_.empty(); });
            closing = closing_;
            jobs.swap(jobs_);
        }
        for (const auto& asked : jobs) {
            asked(true);
        }
        upkeep();
    }
    if (const auto failure = trail_->sync()) {
        complain(failure);
    }
}

void written_audit::upkeep() {
    const auto finished = trail_->sync_finished();
    if (!finished) {
        complain(finished.error());
    }
    const auto now = clock_.steady();
    const bool grown = finished && *finished > 0;
    if (!grown && now < next_removal_) {
        return;
    }
    next_removal_ = now + removal_interval;
    const auto removed = trail_->remove_outdated(clock_.wall());
    if (!removed) {
        complain(removed.error());
    } else if (*removed > 0) {
        observe::log(observe::level::info, "audit: the oldest files were removed",
                     {{"files", *removed}});
    }
}

void written_audit::complain(core::error_code failure) {
    const auto now = clock_.steady();
    {
        const std::lock_guard lock(mutex_);
        if (now < next_complaint_) {
            return;
        }
        next_complaint_ = now + complaint_interval;
    }
    observe::log(observe::level::error, "audit: the disk failed", {{"error", failure.message()}});
}

core::error_code written_audit::failed(core::error_code failure) {
    complain(failure);
    return errc::io;
}

void written_audit::close() {
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
        wake_.notify_one();
    }
    if (thread_.joinable()) {
        thread_.join();
    }
}

} // namespace

core::result<std::unique_ptr<audit>> audit::open(const audit_options& chosen,
                                                 const identity::instance_key& key,
                                                 const core::clock& clock,
                                                 observe::metrics& metrics) {
    // A trail that was written once is still erased from and outlived.
    std::error_code ignored;
    if (chosen.record == audit_record::none &&
        !std::filesystem::exists(chosen.directory, ignored)) {
        return std::unique_ptr<audit>(new no_audit());
    }
    auto opened = trail::open(chosen, clock.wall());
    if (!opened) {
        return opened.error();
    }
    return std::unique_ptr<audit>(
        new written_audit(chosen, key, clock, metrics, std::move(*opened)));
}

} // namespace gatepost::ledger
