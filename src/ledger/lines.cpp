#include "lines.hpp"

#include <algorithm>

namespace gatepost::ledger {
namespace {

constexpr std::size_t block = 64 * 1024;

// Where the last line feed before `end` stands; nullopt when there is none.
core::result<std::optional<std::uint64_t>> line_feed_before(const file& from, std::uint64_t end) {
    std::string bytes;
    while (end > 0) {
        bytes.resize(std::min<std::uint64_t>(block, end));
        const auto start = end - bytes.size();
        const auto got = from.read(start, bytes);
        if (!got) {
            return got.error();
        }
        const auto found = std::string_view(bytes).substr(0, *got).rfind('\n');
        if (found != std::string_view::npos) {
            return std::optional(start + found);
        }
        end = start;
    }
    return std::optional<std::uint64_t>();
}

} // namespace

core::result<std::uint64_t> end_of_lines(const file& from) {
    const auto size = from.size();
    if (!size) {
        return size;
    }
    const auto found = line_feed_before(from, *size);
    if (!found) {
        return found.error();
    }
    return *found ? **found + 1 : 0;
}

core::error_code each_line(const file& from, const std::function<bool(std::string_view)>& visit) {
    const auto end = end_of_lines(from);
    if (!end) {
        return end.error();
    }
    std::string held;
    for (std::uint64_t offset = 0; offset < *end;) {
        const auto before = held.size();
        held.resize(before + std::min<std::uint64_t>(block, *end - offset));
        const auto got = from.read(offset, std::span(held).subspan(before));
        if (!got) {
            return got.error();
        }
        if (*got == 0) {
            break; // it was cut meanwhile
        }
        held.resize(before + *got);
        offset += *got;
        std::string_view rest = held;
        for (auto feed = rest.find('\n'); feed != std::string_view::npos; feed = rest.find('\n')) {
            if (!visit(rest.substr(0, feed))) {
                return {};
            }
            rest.remove_prefix(feed + 1);
        }
        held.erase(0, held.size() - rest.size());
    }
    return {};
}

std::optional<std::string> first_line(const file& from) {
    std::optional<std::string> first;
    const auto failure = each_line(from, [&](std::string_view line) {
        first = line;
        return false;
    });
    return failure ? std::nullopt : first;
}

std::optional<std::string> last_line(const file& from) {
    const auto end = end_of_lines(from);
    if (!end || *end == 0) {
        return std::nullopt;
    }
    const auto feed = line_feed_before(from, *end - 1);
    if (!feed) {
        return std::nullopt;
    }
    const auto start = *feed ? **feed + 1 : 0;
    std::string line(*end - 1 - start, '\0');
    const auto got = from.read(start, line);
    return got && *got == line.size() ? std::optional(std::move(line)) : std::nullopt;
}

} // namespace gatepost::ledger
