#include "dead_selection.hpp"

#include <gatepost/core/json.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace gatepost::admin {
namespace {

using core::input_error;
using core::json::value;

constexpr std::size_t most_ids = 10'000;

input_error wrong(std::string message, std::string path) {
    return {"invalid_selection", std::move(message), std::move(path)};
}

core::input_result<std::vector<std::int64_t>> parse_ids(value list) {
    // To the spool no ids mean all letters.
    if (!list.is_array() || list.size() == 0 || list.size() > most_ids) {
        return wrong("must be a list of 1 to 10000 ids", "/ids");
    }
    std::vector<std::int64_t> ids;
    ids.reserve(list.size());
    for (std::size_t i = 0; i < list.size(); ++i) {
        const auto id = list.at(i).integer();
        if (!id) {
            return wrong("must be an integer", "/ids/" + std::to_string(i));
        }
        ids.push_back(*id);
    }
    std::ranges::sort(ids);
    ids.erase(std::ranges::unique(ids).begin(), ids.end());
    return ids;
}

} // namespace

bool is_dead_reason(std::string_view word) {
    static constexpr std::array<std::string_view, 3> words{"invalid", "failed_event", "expired"};
    return std::ranges::find(words, word) != words.end();
}

core::input_result<spool::dead_query> parse_selection(std::string body) {
    const auto parsed = core::json::parse(std::move(body));
    if (!parsed) {
        return parsed.error();
    }
    const auto root = parsed->root();
    const auto ids = root.find("ids");
    const auto reason = root.find("reason");
    if (root.size() != 1 || static_cast<bool>(ids) == static_cast<bool>(reason)) {
        return wrong("must be an object with either ids or reason, and nothing else", "");
    }
    spool::dead_query which;
    if (ids) {
        auto numbers = parse_ids(ids);
        if (numbers.has_error()) {
            return numbers.error();
        }
        which.ids = *std::move(numbers);
        return which;
    }
    if (!is_dead_reason(reason.text())) {
        return wrong("must be invalid, failed_event or expired", "/reason");
    }
    which.reason = reason.text();
    return which;
}

} // namespace gatepost::admin
