#include "audit_line.hpp"
#include "file.hpp"
#include "lines.hpp"
#include "segment.hpp"

#include <gatepost/ledger/audit.hpp>

#include <fcntl.h>

namespace gatepost::ledger {
namespace {

// Whether all that a segment holds was written before `since`.
bool is_older(const file& lines, core::wall_time since) {
    const auto last = last_line(lines);
    const auto at = last ? time_of_line(*last) : std::nullopt;
    return at && *at < since;
}

} // namespace

core::error_code read_audit(const std::string& directory, core::wall_time since,
                            const std::function<bool(std::string_view line)>& visit) {
    const auto numbers = segments_in(directory);
    if (!numbers) {
        return numbers.error();
    }
    bool more = true;
    for (auto number = numbers->begin(); more && number != numbers->end(); ++number) {
        const auto lines = file::open(lines_file(directory, *number), O_RDONLY);
        if (!lines && lines.error() == boost::system::errc::no_such_file_or_directory) {
            continue; // its time was over meanwhile
        }
        if (!lines) {
            return lines.error();
        }
        if (is_older(*lines, since)) {
            continue;
        }
        const auto failure = each_line(*lines, [&](std::string_view line) {
            const auto at = time_of_line(line);
            more = !at || *at < since || visit(line);
            return more;
        });
        if (failure) {
            return failure;
        }
    }
    return {};
}

} // namespace gatepost::ledger
