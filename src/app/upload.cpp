#include "commands.hpp"
#include "complain.hpp"
#include "daemon_address.hpp"
#include "upload/run.hpp"

#include <gatepost/app/cli.hpp>
#include <gatepost/core/ids.hpp>
#include <gatepost/core/text.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <fcntl.h>
#include <iostream>
#include <memory>
#include <optional>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace gatepost::app {
namespace {

namespace asio = boost::asio;

// The file that is uploaded, or standard input.
class upload_source {
  public:
    explicit upload_source(const std::string& name)
        : name_(name),
          descriptor_(name == "-" ? STDIN_FILENO : ::open(name.c_str(), O_RDONLY | O_CLOEXEC)) {
        struct stat found {};
        if (opened() && ::fstat(descriptor_, &found) == 0 && S_ISREG(found.st_mode) &&
            name != "-") {
            size_ = static_cast<std::uint64_t>(found.st_size);
        }
    }
    ~upload_source() {
        if (opened() && descriptor_ != STDIN_FILENO) {
            ::close(descriptor_);
        }
    }
    upload_source(const upload_source&) = delete;
    upload_source& operator=(const upload_source&) = delete;

    bool opened() const { return descriptor_ >= 0; }
    // Two uploads of one file would write one file of progress.
    bool lock() const { return !size_ || ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0; }
    upload_input input() const {
        return size_ ? upload_input(descriptor_, *size_) : upload_input(descriptor_);
    }
    std::string content() const { return fingerprint(descriptor_, *size_); }
    // Nothing for what can be read only once, and so cannot be gone on with.
    const std::optional<std::uint64_t>& size() const { return size_; }
    std::string shown() const { return name_ == "-" ? "standard input" : name_; }

  private:
    std::string name_;
    int descriptor_;
    std::optional<std::uint64_t> size_;
};

std::optional<row_format> format_of(const upload_arguments& given) {
    const auto name = core::lower(given.format.empty() ? given.file : "." + given.format);
    for (const auto* const end : {".csv", ".tsv", ".txt"}) {
        if (name.ends_with(end)) {
            return row_format::csv;
        }
    }
    for (const auto* const end : {".ndjson", ".jsonl"}) {
        if (name.ends_with(end)) {
            return row_format::ndjson;
        }
    }
    return std::nullopt;
}

upload_run::end run_until_end(asio::io_context& context, upload_run& run, courier& to) {
    // The first signal ends the upload between two chunks, the second ends the process as ever.
    // Either way what is kept is true.
    asio::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait([&](const boost::system::error_code& cancelled, int) {
        if (!cancelled) {
            signals.clear();
            to.interrupt();
        }
    });
    auto ended = upload_run::end::interrupted;
    std::exception_ptr thrown;
    asio::co_spawn(context, run.run(), [&](std::exception_ptr failure, upload_run::end end) {
        thrown = failure;
        ended = end;
        signals.cancel();
    });
    context.run();
    if (thrown) {
        std::rethrow_exception(thrown);
    }
    return ended;
}

class uploader {
  public:
    uploader(const upload_arguments& given, const upload_source& source, row_format format)
        : given_(given), source_(source), input_(source.input()), format_(format),
          resumable_(source.size() && !given.dry_run),
          progress_file_(!resumable_                   ? ""
                         : given.progress_file.empty() ? given.file + ".gatepost-progress"
                                                       : given.progress_file) {}

    int upload(const daemon_access& daemon) {
        progress_.of = {.content = resumable_ ? source_.content() : core::random_id(),
                        .format = format_,
                        .otherwise = {.event = given_.event, .pixel = given_.pixel}};
        if (source_.size()) {
            input_.seek(0); // it was read for its fingerprint
        }
        auto rows = open_rows(input_, format_, progress_.of.otherwise);
        if (rows.has_error()) {
            return complain(source_.shown() + ": " + rows.error().message, failed);
        }
        if (const auto code = take_up_progress(**rows)) {
            return *code;
        }
        return send(**rows, daemon);
    }

  private:
    // Goes on where an earlier run stopped; the exit code when there is nothing to do.
    std::optional<exit_code> take_up_progress(row_reader& rows) {
        if (!resumable_ || given_.restart) {
            return std::nullopt;
        }
        auto earlier = load_progress(progress_file_);
        if (earlier.has_error()) {
            return complain(progress_file_ + ": " +
                                (earlier.error() == boost::system::errc::not_supported
                                     ? "this is no progress of an upload"
                                     : earlier.error().message()),
                            failed);
        }
        if (!*earlier) {
            return std::nullopt;
        }
        if (const auto what = difference((*earlier)->of, progress_.of); !what.empty()) {
            return complain(source_.shown() + ": an upload was begun, but " + what +
                                "; --restart begins anew, and sends rows without an event_id "
                                "again; --progress names another file",
                            failed);
        }
        progress_ = std::move(**earlier);
        if (progress_.finished) {
            std::cout << source_.shown() << ": uploaded already (--restart uploads it again)\n"
                      << summary(progress_.so_far);
            return done;
        }
        rows.seek(progress_.at);
        std::cerr << "gatepost: going on at line " << progress_.at.line << '\n';
        return std::nullopt;
    }

    int send(row_reader& rows, const daemon_access& daemon) {
        asio::io_context context(1);
        upload_display display(std::cerr, ::isatty(STDERR_FILENO) == 1, source_.size(),
                               progress_.at.offset, std::chrono::steady_clock::now());
        courier to(context, daemon, [&](const std::string& text) { display.note(text); });
        const upload_plan plan{.key = progress_.of.content,
                               .progress_file = progress_file_,
                               .rejected_file = rejected_file_name(),
                               .dry_run = given_.dry_run};
        upload_run run({rows, to, display}, plan, std::move(progress_));
        const auto end = run_until_end(context, run, to);
        display.end();
        return report(end, run.progress());
    }

    int report(upload_run::end end, const upload_progress& now) const {
        if (end == upload_run::end::unavailable) {
            return unavailable;
        }
        std::cout << source_.shown() << (given_.dry_run ? ", nothing was sent: " : ": ")
                  << summary(now.so_far);
        if (now.so_far.rejected > 0 && !rejected_file_name().empty()) {
            std::cout << "rejected rows: " << rejected_file_name() << '\n';
        }
        if (end == upload_run::end::done) {
            return now.so_far.rejected == 0 ? done : failed;
        }
        std::cout << std::flush;
        return complain(
            "not finished: " +
                (resumable_ ? "the same command goes on at line " + std::to_string(now.at.line)
                            : "lines before " + std::to_string(now.at.line) + " were answered"),
            failed);
    }

    std::string rejected_file_name() const {
        return resumable_ ? given_.file + ".rejected.ndjson" : "";
    }

    const upload_arguments& given_;
    const upload_source& source_;
    upload_input input_;
    row_format format_;
    bool resumable_;
    std::string progress_file_;
    upload_progress progress_;
};

} // namespace

int upload(const upload_arguments& given) {
    std::signal(SIGPIPE, SIG_IGN);
    const auto format = format_of(given);
    if (!format) {
        return complain("--format csv or ndjson is needed: the name does not say it", wrong_usage);
    }
    const auto daemon = find_daemon(
        listener::ingest,
        {.url = given.to, .config_file = given.config_file, .token_file = given.token_file});
    if (daemon.has_error()) {
        std::cerr << daemon.error().text;
        return daemon.error().code;
    }
    const upload_source source(given.file);
    if (!source.opened()) {
        return complain(given.file + ": " + std::strerror(errno), failed);
    }
    if (!source.lock()) {
        return complain(given.file + ": is being uploaded by another process", failed);
    }
    return uploader(given, source, *format).upload(*daemon);
}

} // namespace gatepost::app
