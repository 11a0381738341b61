#include "trail.hpp"

#include "audit_line.hpp"
#include "lines.hpp"

#include <gatepost/core/private_file.hpp>
#include <gatepost/ledger/registry.hpp>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace gatepost::ledger {
namespace {

constexpr std::uint64_t most_segment_bytes = 8 << 20;
// A small trail still is several segments, so that the oldest can go without the rest.
constexpr std::uint64_t segments_at_least = 4;
// Lines go with their segment, so this is how much longer than the retention one may stay.
constexpr std::chrono::seconds most_segment_age = std::chrono::hours(24) * 7;
constexpr std::chrono::seconds least_segment_age = std::chrono::hours(1);
constexpr mode_t private_directory = 0700;

// A trailing slash would make the directory its own parent.
std::string without_slashes(std::string path) {
    while (path.size() > 1 && path.back() == '/') {
        path.pop_back();
    }
    return path;
}

bool is_missing(core::error_code failure) {
    return failure == boost::system::errc::no_such_file_or_directory;
}

// 0 for a file that is not there.
std::uint64_t size_of(const std::string& path) {
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0 ? static_cast<std::uint64_t>(found.st_size) : 0;
}

std::optional<core::wall_time> last_written(const std::string& lines) {
    const auto opened = file::open(lines, O_RDONLY);
    const auto line = opened ? last_line(*opened) : std::nullopt;
    return line ? time_of_line(*line) : std::nullopt;
}

// Adds the lines that belong to `links`.
core::error_code collect(const file& from, const link_set& links, std::size_t most,
                         std::vector<std::string>& into) {
    return each_line(from, [&](std::string_view line) {
        const auto link = link_of_line(line);
        if (link && links.contains(*link)) {
            into.emplace_back(line);
        }
        return into.size() < most;
    });
}

} // namespace

core::result<std::unique_ptr<trail>> trail::open(const audit_options& chosen, core::wall_time now) {
    auto plain = chosen;
    plain.directory = without_slashes(chosen.directory);
    if (const auto failure = core::make_private_directory(plain.directory)) {
        return failure;
    }
    // Somebody may have opened it since.
    if (::chmod(plain.directory.c_str(), private_directory) != 0) {
        return last_error();
    }
    auto directory = file::open(plain.directory, O_RDONLY | O_DIRECTORY);
    if (!directory) {
        return directory.error();
    }
    if (!directory->lock()) {
        return errno == EWOULDBLOCK ? make_error_code(errc::owned) : last_error();
    }
    const auto numbers = segments_in(plain.directory);
    if (!numbers) {
        return numbers.error();
    }
    auto last = segment::open(plain.directory, numbers->empty() ? 1 : numbers->back());
    if (!last) {
        return last.error();
    }
    std::unique_ptr<trail> opened(new trail(plain, std::move(*directory), std::move(*last)));
    if (const auto removed = opened->remove_outdated(now); !removed) {
        return removed.error();
    }
    return opened;
}

trail::trail(const audit_options& chosen, file directory, segment current)
    : options_(chosen), directory_(std::move(directory)),
      segment_bytes_(std::min(most_segment_bytes, chosen.max_bytes.bytes / segments_at_least)),
      segment_age_(std::clamp(chosen.retention / 8, least_segment_age, most_segment_age)),
      current_(std::move(current)) {}

bool trail::is_finished(core::wall_time now) const {
    const auto begun = current_.begun();
    return current_.size() > 0 &&
           (current_.size() >= segment_bytes_ || (begun && now >= *begun + segment_age_));
}

core::error_code trail::begin_next() {
    auto next = segment::open(options_.directory, current_.number() + 1);
    if (!next) {
        return next.error();
    }
    finished_.push_back(std::exchange(current_, std::move(*next)));
    return {};
}

core::error_code trail::append(std::string_view links, std::string_view lines,
                               core::wall_time now) {
    const std::lock_guard lock(mutex_);
    if (is_finished(now)) {
        begin_next(); // a segment that cannot be followed goes on
    }
    return current_.append(links, lines, now);
}

core::result<std::vector<trail::extent>> trail::extents() {
    extent last;
    {
        // What is appended after this moment is not looked at: it might yet be cut back.
        const std::lock_guard lock(mutex_);
        last = {current_.number(), current_.links_size()};
    }
    const auto numbers = segments_in(options_.directory);
    if (!numbers) {
        return numbers.error();
    }
    std::vector<extent> all;
    for (const auto number : *numbers) {
        if (number < last.number) {
            all.push_back({number, size_of(links_file(options_.directory, number))});
        }
    }
    all.push_back(last);
    return all;
}

core::result<std::size_t> trail::erase(const linked_subject& whose) {
    const auto all = extents();
    if (!all) {
        return all.error();
    }
    std::size_t erased = 0;
    for (const auto& [number, size] : *all) {
        auto links = file::open(links_file(options_.directory, number), O_RDWR);
        if (!links && is_missing(links.error())) {
            continue;
        }
        const auto found =
            links ? find_links(*links, size, whose) : core::result<link_set>(links.error());
        if (!found) {
            return found.error();
        }
        if (found->empty()) {
            continue;
        }
        auto failure = erase_links(*links, size, *found);
        if (!failure) {
            failure = links->sync();
        }
        if (failure) {
            return failure;
        }
        erased += found->size();
    }
    return erased;
}

core::result<std::vector<std::string>> trail::find(const linked_subject& whose, std::size_t most) {
    const auto all = extents();
    if (!all) {
        return all.error();
    }
    std::vector<std::string> lines;
    for (const auto& [number, size] : *all) {
        const auto links = file::open(links_file(options_.directory, number), O_RDONLY);
        const auto text = file::open(lines_file(options_.directory, number), O_RDONLY);
        if ((!links && is_missing(links.error())) || (!text && is_missing(text.error()))) {
            continue;
        }
        if (!links || !text) {
            return links ? text.error() : links.error();
        }
        const auto found = find_links(*links, size, whose);
        if (!found) {
            return found.error();
        }
        if (lines.size() < most && !found->empty()) {
            if (const auto failure = collect(*text, *found, most, lines)) {
                return failure;
            }
        }
    }
    return lines;
}

core::result<std::size_t> trail::sync_finished() {
    std::vector<segment> finished;
    {
        const std::lock_guard lock(mutex_);
        finished.swap(finished_);
    }
    core::error_code first;
    for (auto& one : finished) {
        const auto failure = one.sync();
        first = first ? first : failure;
    }
    if (first) {
        return first;
    }
    return finished.size();
}

core::error_code trail::sync() {
    const auto finished = sync_finished();
    const std::lock_guard lock(mutex_);
    const auto failure = current_.sync();
    return finished ? failure : finished.error();
}

core::result<std::size_t> trail::remove_outdated(core::wall_time now) {
    std::uint64_t current = 0;
    {
        const std::lock_guard lock(mutex_);
        if (is_finished(now)) {
            if (const auto failure = begin_next()) {
                return failure;
            }
        }
        current = current_.number();
    }
    const auto outdated = outdated_before(current, now);
    if (!outdated) {
        return outdated.error();
    }
    // From the oldest on, so that a trail never has a hole.
    for (const auto number : *outdated) {
        // The links first: lines without them lead back to nobody.
        for (const auto& path :
             {links_file(options_.directory, number), lines_file(options_.directory, number)}) {
            if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
                return last_error();
            }
        }
    }
    return outdated->size();
}

core::result<std::vector<std::uint64_t>> trail::outdated_before(std::uint64_t current,
                                                                core::wall_time now) const {
    auto numbers = segments_in(options_.directory);
    if (!numbers) {
        return numbers;
    }
    std::erase_if(*numbers, [&](std::uint64_t number) { return number >= current; });
    // Room is kept for the current segment to fill up.
    std::uint64_t bytes = segment_bytes_;
    // From the newest on; the first that must go takes along what is older.
    auto end = numbers->end();
    for (; end != numbers->begin(); --end) {
        const auto lines = lines_file(options_.directory, end[-1]);
        bytes += size_of(links_file(options_.directory, end[-1])) + size_of(lines);
        const auto at = last_written(lines);
        if (bytes > options_.max_bytes.bytes || (at && *at + options_.retention < now)) {
            break;
        }
    }
    numbers->erase(end, numbers->end());
    return numbers;
}

} // namespace gatepost::ledger
