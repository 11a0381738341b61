// Whatever asks for dead letters to be replayed or removed names some of them: ids or one reason,
// never all of them by saying nothing.

#include "check.hpp"
#include "dead_selection.hpp"

#include <gatepost/core/json.hpp>

#include <algorithm>
#include <cstdint>
#include <string>

using namespace gatepost;
using fuzz::check;

namespace {

void check_refused(const core::input_error& error) {
    check(error.code == "invalid_json" || error.code == "invalid_selection");
    check(fuzz::is_path(error.path) && !error.message.empty());
}

bool was_sent(core::json::value list, std::int64_t id) {
    bool found = false;
    list.each_element([&](core::json::value each) { found = found || each.integer() == id; });
    return found;
}

void check_chosen(const spool::dead_query& which, core::json::value sent) {
    constexpr std::size_t most = 10'000;
    check(sent.size() == 1);
    check(which.ids.empty() != which.reason.empty());
    if (!which.reason.empty()) {
        check(admin::is_dead_reason(which.reason) && sent.find("reason").text() == which.reason);
        return;
    }
    check(which.ids.size() <= most && which.ids.size() <= sent.find("ids").size());
    check(std::ranges::is_sorted(which.ids));
    check(std::ranges::adjacent_find(which.ids) == which.ids.end());
    check(std::ranges::all_of(which.ids, [&](auto id) { return was_sent(sent.find("ids"), id); }));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string body(reinterpret_cast<const char*>(data), size);
    const auto which = admin::parse_selection(body);
    if (!which) {
        check_refused(which.error());
        return 0;
    }
    const auto sent = core::json::parse(body);
    check(sent.has_value());
    check_chosen(*which, sent->root());
    return 0;
}
