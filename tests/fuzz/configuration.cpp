// Whatever stands in a configuration file is refused with every problem at its place, or becomes
// options within their limits. No problem repeats a value: one may be a password.

#include "check.hpp"

#include <gatepost/config/config.hpp>

#include <chrono>
#include <cstdint>
#include <string>

using namespace gatepost;
using fuzz::check;

namespace {

// Inputs that hold this word only as values must not find it again in what is said of them.
constexpr std::string_view marker = "HUNTER2";

std::size_t count(std::string_view text, std::string_view what) {
    std::size_t found = 0;
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + what.size())) {
        ++found;
    }
    return found;
}

// Whether the marker stands in nothing that may be a key, an anchor or a tag: "key: MARKER" to the
// end of a line.
bool has_marked_values_only(std::string_view text) {
    if (count(text, marker) == 0 || text.find_first_of("&*!?\\\"'|>{}[]#%\t\r") != text.npos) {
        return false;
    }
    for (auto at = text.find(marker); at != text.npos; at = text.find(marker, at + 1)) {
        const auto line = text.rfind('\n', at) + 1; // npos + 1 is 0
        const auto before = text.substr(line, at - line);
        const auto colon = before.find(": ");
        const auto end = std::min(text.find('\n', at), text.size());
        if (colon == before.npos || text.substr(at, end - at).find(':') != std::string_view::npos ||
            before.find(": ", colon + 1) != before.npos || colon == 0) {
            return false;
        }
        // Of a value over several lines the next is a part: it must not look like one.
        const auto next = text.substr(std::min(end + 1, text.size()));
        if (!next.empty() && (next.front() == ' ' || next.front() == '-' || next.front() == '\n')) {
            return false;
        }
    }
    return true;
}

void check_problems(const config::problems& found, std::string_view text) {
    check(!found.empty());
    const auto lines = 1 + static_cast<int>(count(text, "\n") + count(text, "\r"));
    const bool marked = has_marked_values_only(text);
    for (const auto& each : found) {
        check(!each.message.empty());
        check(each.line >= 0 && each.line <= lines + 1 && each.column >= 0);
        check(!marked || (each.message.find(marker) == std::string::npos &&
                          each.key.find(marker) == std::string::npos));
        check(config::format(each, "file").starts_with("file"));
    }
}

void check_time(std::chrono::milliseconds time, std::chrono::milliseconds least) {
    check(time >= least && time <= std::chrono::hours(24 * 3650));
}

void check_limits(const config::config& made, std::string_view text) {
    using std::chrono::milliseconds;
    check(made.listen.limits.max_body.bytes > 0 && made.listen.limits.max_header.bytes > 0);
    check(made.listen.limits.max_connections > 0 && made.listen.threads > 0);
    check(!made.listen.http.empty() || !made.listen.unix_path.empty());
    check((made.listen.unix_mode & ~0777U) == 0);
    check_time(made.listen.limits.request_timeout, milliseconds(1));
    check_time(made.listen.limits.idle_timeout, milliseconds(1));
    check_time(made.shutdown_grace, milliseconds(0));
    check_time(made.spool.dedupe_window, milliseconds(0));
    check_time(made.upstream.request_timeout, milliseconds(1));
    check(!made.spool.path.empty() && !made.version.empty());
    check(made.upstream.endpoint.tls || made.upstream.endpoint.is_loopback());
    // Nobody from elsewhere is let in without a token.
    for (const auto& where : made.listen.http) {
        check(where.is_loopback() || text.find("token_") != text.npos);
    }
    for (std::size_t i = 0; i < made.ingest.pixels.size(); ++i) {
        check(!made.ingest.pixels[i].id.empty());
        for (std::size_t j = 0; j < i; ++j) {
            check(made.ingest.pixels[i].id != made.ingest.pixels[j].id);
        }
    }
    check(!made.ingest.pixels.empty());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto made = config::load_text(text, config::secrets::ignore);
    if (made) {
        check_limits(*made, text);
    } else {
        check_problems(made.error(), text);
    }
    return 0;
}
