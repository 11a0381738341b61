#include "progress.hpp"

#include <gatepost/core/json.hpp>
#include <gatepost/core/private_file.hpp>

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <string_view>
#include <unistd.h>

namespace gatepost::app {
namespace {

constexpr std::int64_t version = 1;
using counts = std::map<std::string, std::uint64_t, std::less<>>;

core::error_code last_error() {
    return {errno, boost::system::system_category()};
}

std::string_view to_word(row_format format) {
    return format == row_format::csv ? "csv" : "ndjson";
}

void write_count(core::json::writer& out, std::string_view name, std::uint64_t count) {
    out.member(name, static_cast<std::int64_t>(count));
}

void write_counts(core::json::writer& out, std::string_view name, const counts& all) {
    out.key(name).begin_object();
    for (const auto& [what, count] : all) {
        write_count(out, what, count);
    }
    out.end_object();
}

std::string written(const upload_progress& now) {
    core::json::writer out;
    out.begin_object().member("version", version);
    out.member("content", std::string_view(now.of.content))
        .member("format", to_word(now.of.format));
    out.member("event", std::string_view(now.of.otherwise.event));
    out.member("pixel", std::string_view(now.of.otherwise.pixel));
    write_count(out, "offset", now.at.offset);
    write_count(out, "line", now.at.line);
    write_count(out, "queued", now.so_far.queued);
    write_count(out, "duplicate", now.so_far.duplicate);
    write_count(out, "observed", now.so_far.observed);
    write_count(out, "rejected", now.so_far.rejected);
    write_counts(out, "dropped", now.so_far.dropped);
    write_counts(out, "warnings", now.so_far.warnings);
    write_count(out, "rejected_bytes", now.rejected_bytes);
    out.member("finished", now.finished).end_object();
    return out.take() + '\n';
}

// Reads members and remembers whether all of them were as they must be.
class progress_reader {
  public:
    explicit progress_reader(core::json::value from) : from_(from) {}

    std::string text(std::string_view name) {
        const auto found = from_.find(name);
        sound_ = sound_ && found.is_string();
        return std::string(found.text());
    }
    std::uint64_t count(std::string_view name) { return count(from_.find(name)); }
    counts all_counts(std::string_view name) {
        const auto found = from_.find(name);
        sound_ = sound_ && found.is_object();
        counts all;
        found.each_member(
            [&](std::string_view what, core::json::value each) { all.emplace(what, count(each)); });
        return all;
    }
    bool flag(std::string_view name) {
        const auto found = from_.find(name).boolean();
        sound_ = sound_ && found;
        return found.value_or(false);
    }
    bool sound() const { return sound_; }

  private:
    std::uint64_t count(core::json::value from) {
        const auto number = from.integer();
        sound_ = sound_ && number && *number >= 0;
        return static_cast<std::uint64_t>(number.value_or(0));
    }

    core::json::value from_;
    bool sound_ = true;
};

std::optional<upload_progress> read(const std::string& text) {
    const auto parsed = core::json::parse(text);
    if (!parsed) {
        return std::nullopt;
    }
    progress_reader from(parsed->root());
    upload_progress now;
    const auto made_by = from.count("version");
    const auto format = from.text("format");
    now.of = {.content = from.text("content"),
              .format = format == "csv" ? row_format::csv : row_format::ndjson,
              .otherwise = {.event = from.text("event"), .pixel = from.text("pixel")}};
    now.at = {.offset = from.count("offset"), .line = from.count("line")};
    now.so_far = {.queued = from.count("queued"),
                  .duplicate = from.count("duplicate"),
                  .observed = from.count("observed"),
                  .rejected = from.count("rejected"),
                  .dropped = from.all_counts("dropped"),
                  .warnings = from.all_counts("warnings")};
    now.rejected_bytes = from.count("rejected_bytes");
    now.finished = from.flag("finished");
    const bool known = made_by == version && (format == "csv" || format == "ndjson");
    return from.sound() && known ? std::optional(std::move(now)) : std::nullopt;
}

// The bytes must be on the disk before the name is theirs: after a power cut the name may lead to
// an empty file otherwise.
core::error_code write_durably(const std::string& file, std::string_view text) {
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor < 0) {
        return last_error();
    }
    const auto count = ::write(descriptor, text.data(), text.size());
    core::error_code failure;
    if (count < 0 || ::fdatasync(descriptor) != 0) {
        failure = last_error();
    } else if (static_cast<std::size_t>(count) != text.size()) {
        failure = make_error_code(boost::system::errc::no_space_on_device);
    }
    ::close(descriptor);
    return failure;
}

} // namespace

std::string difference(const upload_identity& then, const upload_identity& now) {
    if (then.content != now.content) {
        return "the file has changed since";
    }
    if (then.format != now.format) {
        return "the format is another one (--format)";
    }
    if (then.otherwise.event != now.otherwise.event) {
        return "--event is another one";
    }
    return then.otherwise.pixel != now.otherwise.pixel ? "--pixel is another one" : "";
}

core::result<std::optional<upload_progress>> load_progress(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) {
        if (errno == ENOENT) {
            return std::optional<upload_progress>();
        }
        return last_error();
    }
    std::ostringstream text;
    text << in.rdbuf();
    auto found = read(std::move(text).str());
    if (!found) {
        return make_error_code(boost::system::errc::not_supported);
    }
    return found;
}

core::error_code save_progress(const std::string& file, const upload_progress& now) {
    const auto fresh = file + ".new";
    if (const auto failure = core::make_private_file(fresh)) {
        return failure;
    }
    if (const auto failure = write_durably(fresh, written(now))) {
        return failure;
    }
    return std::rename(fresh.c_str(), file.c_str()) == 0 ? core::error_code() : last_error();
}

} // namespace gatepost::app
