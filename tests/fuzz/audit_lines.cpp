// Whatever an audit trail's file holds is read line by line and to its last line feed; and whatever
// an event was called, its entry is one line of JSON that says what was given, with the time and
// the link that it was given.
//
// The input is a file, and the entry that is written behind it.

#include "audit_line.hpp"
#include "lines.hpp"
#include "memory_file.hpp"

#include <gatepost/core/json.hpp>
#include <gatepost/core/text.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <fcntl.h>
#include <fuzzer/FuzzedDataProvider.h>
#include <string>
#include <vector>

using namespace gatepost;
using fuzz::check;

namespace {

constexpr std::string_view link = "00112233445566778899aabbccddeeff";

// A file of the trail is opened by its name, which is never a link: this one has a name for a
// moment only.
ledger::file file_of(std::string_view bytes) {
    std::string name = "/tmp/fuzz-audit-XXXXXX";
    const int made = ::mkostemp(name.data(), O_CLOEXEC);
    check(made >= 0);
    check(::write(made, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    ::close(made);
    auto opened = ledger::file::open(name, O_RDONLY);
    ::unlink(name.c_str());
    check(opened.has_value());
    return std::move(*opened);
}

std::vector<std::string> lines_of(std::string_view bytes) {
    std::vector<std::string> lines;
    for (auto end = bytes.find('\n'); end != bytes.npos; end = bytes.find('\n')) {
        lines.emplace_back(bytes.substr(0, end));
        bytes.remove_prefix(end + 1);
    }
    return lines;
}

void check_file(std::string_view bytes) {
    const auto file = file_of(bytes);
    const auto meant = lines_of(bytes);
    std::vector<std::string> read;
    check(!ledger::each_line(file, [&](std::string_view line) {
        read.emplace_back(line);
        return true;
    }));
    check(read == meant);
    check(ledger::end_of_lines(file).value() == bytes.rfind('\n') + 1);
    check(ledger::first_line(file) ==
          (meant.empty() ? std::nullopt : std::optional(meant.front())));
    check(ledger::last_line(file) == (meant.empty() ? std::nullopt : std::optional(meant.back())));
    for (const auto& line : meant) {
        if (const auto at = ledger::time_of_line(line)) {
            check(line.find(ledger::format_time(*at).substr(0, 10)) != line.npos);
        }
        if (const auto of = ledger::link_of_line(line)) {
            check(ledger::parse_link(line.substr(9, 32)) == of);
        }
    }
}

void check_entry(FuzzedDataProvider& from) {
    std::array<std::string, 5> texts;
    for (auto& text : texts) {
        text = from.ConsumeRandomLengthString(64);
    }
    const auto& [pixel, event, event_id, controller, request_id] = texts;
    const ledger::audit_entry entry{.outcome = "delivered",
                                    .pixel = pixel,
                                    .event = event,
                                    .event_id = "another one",
                                    .controller = controller,
                                    .evidence = "",
                                    .subjects = {},
                                    .received = fuzz::now,
                                    .request_id = request_id,
                                    .code = from.ConsumeIntegral<std::int64_t>()};
    std::string out;
    ledger::append_line(out, entry, link, event_id, fuzz::now);
    check(lines_of(out).size() == 1 && out.ends_with('\n'));
    check(ledger::time_of_line(out) == fuzz::now);
    check(ledger::link_of_line(out) == ledger::parse_link(link));
    if (!std::ranges::all_of(texts, core::is_utf8)) {
        return; // nothing else passes the decoders
    }
    const auto parsed = core::json::parse(out);
    check(parsed.has_value());
    const auto root = parsed->root();
    check(root.find("pixel").text() == pixel && root.find("event").text() == event);
    check(root.find("event_id").text() == event_id);
    check(root.find("controller").text() == controller);
    check(root.find("code").integer() == entry.code);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    check_file({reinterpret_cast<const char*>(data), size});
    FuzzedDataProvider from(data, size);
    check_entry(from);
    return 0;
}
