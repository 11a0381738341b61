#include "dead_letter_commands.hpp"

#include "operator_client.hpp"
#include "printable.hpp"
#include "quantity.hpp"

#include <gatepost/core/iso8601.hpp>

#include <algorithm>
#include <array>
#include <iostream>
#include <set>
#include <sstream>
#include <string_view>
#include <vector>

namespace gatepost::app {
namespace {

using core::json::value;

constexpr std::size_t columns = 9;
using row = std::array<std::string, columns>;

row row_of(value letter) {
    const auto text = [&](const char* name) { return printable(letter.find(name).text()); };
    const auto number = [&](const char* name) { return letter.find(name).integer().value_or(0); };
    const std::chrono::sys_seconds at{std::chrono::seconds(quantity(letter, "at"))};
    return {std::to_string(number("id")),
            core::to_iso8601(at),
            text("pixel"),
            text("event"),
            text("event_id"),
            text("reason"),
            std::to_string(number("code")),
            std::to_string(number("attempts")),
            text("message")};
}

// In characters: event names are UTF-8.
std::size_t width(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

// The last column ends where its text does.
std::string table(const std::vector<row>& rows) {
    std::array<std::size_t, columns> widths{};
    for (const auto& each : rows) {
        for (std::size_t i = 0; i + 1 < columns; ++i) {
            widths[i] = std::max(widths[i], width(each[i]));
        }
    }
    std::string page;
    for (const auto& each : rows) {
        for (std::size_t i = 0; i + 1 < columns; ++i) {
            page += each[i] + std::string(widths[i] - width(each[i]) + 2, ' ');
        }
        page += each.back() + '\n';
    }
    return page;
}

constexpr std::string_view goes_on =
    "The daemon is still at it; `gatepost status` shows how many dead letters are left.\n";

int print(const daemon_words& said, bool json, const std::string& page) {
    if (json) {
        std::cout << said.text << '\n';
    } else {
        std::cout << (said.complete ? std::string_view(page) : goes_on);
    }
    return done;
}

} // namespace

std::string selection_body(const dead_letter_arguments& given) {
    core::json::writer out;
    out.begin_object();
    if (given.ids.empty()) {
        out.member("reason", given.reason);
    } else {
        out.key("ids").begin_array();
        for (const auto id : given.ids) {
            out.integer(id);
        }
        out.end_array();
    }
    out.end_object();
    return out.take();
}

std::string letters_page(value answer, std::size_t limit) {
    const auto letters = answer.find("dead_letters");
    if (letters.size() == 0) {
        return "No dead letters.\n";
    }
    std::vector<row> rows{
        {"ID", "AT", "PIXEL", "EVENT", "EVENT ID", "REASON", "CODE", "ATTEMPTS", "MESSAGE"}};
    letters.each_element([&](value each) { rows.push_back(row_of(each)); });
    auto page = table(rows);
    if (letters.size() == limit) {
        page += "These are the newest " + std::to_string(limit) + "; --limit shows up to 1000.\n";
    }
    return page;
}

std::string replay_page(value answer) {
    const auto refused = answer.find("refused");
    const auto more = quantity(answer, "more_refused");
    std::ostringstream out;
    out << quantity(answer, "replayed") << " replayed, "
        << static_cast<std::int64_t>(refused.size()) + more << " refused\n";
    refused.each_element([&](value each) {
        out << each.find("id").integer().value_or(0) << ": "
            << printable(each.find("reason").text()) << '\n';
    });
    if (more > 0) {
        out << "and " << more << " more\n";
    }
    return std::move(out).str();
}

std::string removal_page(value answer, const dead_letter_arguments& given) {
    const auto deleted = quantity(answer, "deleted");
    auto page = std::to_string(deleted) + " deleted";
    const std::set<std::int64_t> distinct(given.ids.begin(), given.ids.end());
    const auto asked = static_cast<std::int64_t>(distinct.size());
    if (asked > deleted) {
        page += ", " + std::to_string(asked - deleted) + " not found";
    }
    return page + '\n';
}

int list_dead_letters(const dead_letter_arguments& given) {
    auto target = "/v1/dead-letters?limit=" + std::to_string(given.limit);
    if (!given.reason.empty()) {
        target += "&reason=" + given.reason;
    }
    const auto said = ask_daemon(given.where, {.target = std::move(target)});
    return said.has_error()
               ? said.error()
               : print(*said, given.where.json, letters_page(said->parsed.root(), given.limit));
}

int replay_dead_letters(const dead_letter_arguments& given) {
    const auto said = ask_daemon(
        given.where,
        {.method = "POST", .target = "/v1/dead-letters/replay", .body = selection_body(given)});
    if (said.has_error()) {
        return said.error();
    }
    const auto answer = said->parsed.root();
    print(*said, given.where.json, replay_page(answer));
    return answer.find("refused").size() == 0 ? done : failed;
}

int delete_dead_letters(const dead_letter_arguments& given) {
    const auto said = ask_daemon(
        given.where,
        {.method = "DELETE", .target = "/v1/dead-letters", .body = selection_body(given)});
    return said.has_error()
               ? said.error()
               : print(*said, given.where.json, removal_page(said->parsed.root(), given));
}

} // namespace gatepost::app
