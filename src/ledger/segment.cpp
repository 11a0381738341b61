#include "segment.hpp"

#include "audit_line.hpp"
#include "lines.hpp"
#include "links.hpp"

#include <gatepost/core/private_file.hpp>
#include <gatepost/core/text.hpp>

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <set>
#include <utility>

namespace gatepost::ledger {
namespace {

constexpr std::string_view name_begins = "audit-";
constexpr std::string_view lines_end = ".jsonl";
constexpr std::string_view links_end = ".links";
constexpr std::size_t digits = 10;

std::string path_of(const std::string& directory, std::uint64_t number, std::string_view end) {
    const auto text = std::to_string(number);
    std::string path = directory + "/" + std::string(name_begins);
    path.append(digits - std::min(digits, text.size()), '0');
    return path.append(text).append(end);
}

std::optional<std::uint64_t> number_in(std::string_view name) {
    if (!name.starts_with(name_begins) ||
        !(name.ends_with(lines_end) || name.ends_with(links_end))) {
        return std::nullopt;
    }
    static_assert(lines_end.size() == links_end.size());
    name.remove_prefix(name_begins.size());
    name.remove_suffix(lines_end.size());
    return name.size() >= digits ? core::parse_integer<std::uint64_t>(name) : std::nullopt;
}

core::result<file> open_to_append(const std::string& path) {
    if (const auto failure = core::make_private_file(path)) {
        return failure;
    }
    if (const auto failure = core::make_private(path)) {
        return failure;
    }
    return file::open(path, O_RDWR | O_APPEND);
}

} // namespace

std::string lines_file(const std::string& directory, std::uint64_t number) {
    return path_of(directory, number, lines_end);
}

std::string links_file(const std::string& directory, std::uint64_t number) {
    return path_of(directory, number, links_end);
}

core::result<std::vector<std::uint64_t>> segments_in(const std::string& directory) {
    std::error_code failure;
    std::set<std::uint64_t> numbers;
    std::filesystem::directory_iterator entries(directory, failure);
    for (; !failure && entries != std::filesystem::directory_iterator();
         entries.increment(failure)) {
        if (const auto number = number_in(entries->path().filename().string())) {
            numbers.insert(*number);
        }
    }
    if (failure) {
        return core::error_code(failure);
    }
    return std::vector(numbers.begin(), numbers.end());
}

core::result<segment> segment::open(const std::string& directory, std::uint64_t number) {
    auto links = open_to_append(links_file(directory, number));
    if (!links) {
        return links.error();
    }
    auto lines = open_to_append(lines_file(directory, number));
    if (!lines) {
        return lines.error();
    }
    segment opened(number, std::move(*links), std::move(*lines));
    if (const auto failure = opened.repair()) {
        return failure;
    }
    return opened;
}

segment::segment(std::uint64_t number, file links, file lines)
    : number_(number), links_(std::move(links)), lines_(std::move(lines)) {}

core::error_code segment::repair() {
    const auto links = links_.size();
    if (!links) {
        return links.error();
    }
    const auto lines = end_of_lines(lines_);
    if (!lines) {
        return lines.error();
    }
    links_size_ = *links / link_bytes * link_bytes;
    lines_size_ = *lines;
    if (const auto first = first_line(lines_)) {
        begun_ = time_of_line(*first);
    }
    return cut_back();
}

core::error_code segment::cut_back() {
    if (const auto failure = links_.cut(links_size_)) {
        return failure;
    }
    const auto failure = lines_.cut(lines_size_);
    torn_ = failure.failed();
    return failure;
}

core::error_code segment::append(std::string_view links, std::string_view lines,
                                 core::wall_time now) {
    if (torn_) {
        if (const auto failure = cut_back()) {
            return failure;
        }
    }
    auto failure = links_.append(links);
    if (!failure) {
        failure = lines_.append(lines);
    }
    if (failure) {
        torn_ = true;
        cut_back(); // when that fails too, it is tried before the next append
        return failure;
    }
    links_size_ += links.size();
    lines_size_ += lines.size();
    begun_ = begun_.value_or(now);
    return {};
}

core::error_code segment::sync() {
    const auto failure = links_.sync();
    const auto second = lines_.sync();
    return failure ? failure : second;
}

} // namespace gatepost::ledger
