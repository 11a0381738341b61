// Whatever a daemon answers to the command line is shown as text: no byte of it moves the cursor,
// colours the screen or adds a line to a table. What is at the address may be anything.
//
// The first byte is the status of the answer.

#include "check.hpp"
#include "dead_letter_commands.hpp"
#include "one_request.hpp"
#include "printable.hpp"
#include "status_command.hpp"

#include <gatepost/core/json.hpp>
#include <gatepost/core/text.hpp>

#include <algorithm>
#include <cstdint>
#include <string>

using namespace gatepost;
using fuzz::check;

namespace {

constexpr std::size_t limit = 50;

bool is_control(char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f;
}

// C0, DEL and, in UTF-8, C1 and what ends a line or turns its direction.
void check_shown(std::string_view page) {
    check(std::ranges::none_of(page, is_control));
    for (auto at = page.find('\xc2'); at != page.npos; at = page.find('\xc2', at + 1)) {
        check(at + 1 == page.size() || static_cast<unsigned char>(page[at + 1]) < 0x80 ||
              static_cast<unsigned char>(page[at + 1]) >= 0xa0);
    }
    for (const std::string_view obeyed :
         {"\u2028", "\u2029", "\u202a", "\u202e", "\u2066", "\u2069"}) {
        check(page.find(obeyed) == page.npos);
    }
}

std::size_t lines_in(std::string_view page) {
    return static_cast<std::size_t>(std::ranges::count(page, '\n'));
}

void check_pages(core::json::value root) {
    const auto letters = app::letters_page(root, limit);
    check_shown(letters);
    const auto shown = root.find("dead_letters").size();
    check(lines_in(letters) == 1 + shown + (shown == limit ? 1 : 0));

    const auto replayed = app::replay_page(root);
    check_shown(replayed);
    const bool more = root.find("more_refused").integer().value_or(0) > 0;
    check(lines_in(replayed) == 1 + root.find("refused").size() + (more ? 1 : 0));

    const auto removed = app::removal_page(root, {.where = {}, .ids = {1, 2, 3}, .reason = ""});
    check_shown(removed);
    check(lines_in(removed) == 1);

    check_shown(app::status_page("127.0.0.1:8788", root, core::to_seconds(fuzz::now)));
}

void check_printable(std::string_view text) {
    const auto shown = app::printable(text);
    check_shown(shown);
    check(shown.find('\n') == shown.npos && shown.size() <= text.size());
    check(!core::is_utf8(text) || app::printable(shown) == shown);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    core::upstream_answer answer;
    answer.status = 400 + data[0];
    answer.body.assign(reinterpret_cast<const char*>(data + 1), size - 1);
    check_printable(answer.body);
    const auto refusal = app::explained(answer);
    check_shown(refusal);
    check(lines_in(refusal) == 0);
    if (const auto read = core::json::parse(answer.body); read && read->root().is_object()) {
        check_pages(read->root());
    }
    return 0;
}
