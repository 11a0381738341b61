#include <gatepost/core/json.hpp>
#include <gatepost/core/text.hpp>
#include <gatepost/tiktok/protocol.hpp>

#include <algorithm>
#include <array>

namespace gatepost::tiktok {
namespace {

using core::outcome;
using core::upstream_health;

constexpr std::size_t most_message = 500;

enum class kind { ok, partial, retry, rate_limited, refused, invalid, too_large };

struct meaning {
    kind what;
    std::string_view label;
    std::string_view refusal; // with kind::refused: what is refused
};

// The one table of answers: interface.md section 5. A code decides before the status. The first row
// that holds the code counts; a code in no row is tried again, so that nothing is lost over it.
struct coded {
    std::int64_t from;
    std::int64_t to;
    meaning means;
};

constexpr std::array codes{
    coded{20001, 20001, {kind::partial, "partial", ""}},
    coded{40001, 40001, {kind::refused, "refused", "permission"}},
    coded{40007, 40007, {kind::refused, "refused", "not_found"}},
    coded{40100, 40100, {kind::rate_limited, "rate_limited", ""}},
    coded{40101, 40199, {kind::refused, "refused", "token"}},
    coded{40200, 40202, {kind::retry, "server_error", ""}},
    coded{40700, 40700, {kind::retry, "server_error", ""}},
    coded{40000, 49999, {kind::invalid, "invalid", ""}},
    coded{50000, 59999, {kind::retry, "server_error", ""}},
};

struct by_status {
    unsigned from;
    unsigned to;
    meaning means;
};

constexpr std::array statuses{
    by_status{401, 401, {kind::refused, "refused", "token"}},
    by_status{403, 403, {kind::refused, "refused", "permission"}},
    by_status{413, 413, {kind::too_large, "too_large", ""}},
    by_status{429, 429, {kind::rate_limited, "rate_limited", ""}},
    by_status{500, 599, {kind::retry, "server_error", ""}},
};

meaning meaning_of(const auto& table, auto answered) {
    const auto row = std::ranges::find_if(table, [answered](const auto& candidate) {
        return candidate.from <= answered && answered <= candidate.to;
    });
    return row == table.end() ? meaning{kind::retry, "unexpected", ""} : row->means;
}

bool is_word(char c) {
    return core::is_alpha(c) || core::is_digit(c) || c == '_';
}

// The number that stands at `start`; nothing when it runs on as a word ("data.3rd_party").
std::optional<std::size_t> number_at(std::string_view text, std::size_t start) {
    auto end = start;
    while (end < text.size() && core::is_digit(text[end])) {
        ++end;
    }
    if (end < text.size() && is_word(text[end])) {
        return std::nullopt;
    }
    return core::parse_integer<std::size_t>(text.substr(start, end - start));
}

// The place in the batch that a message names, counted from 0: "Batch.0.properties...",
// "data[2].user", "data.0.x", "index 3". A number after anything else is not an index, nor is one
// after the end of a longer word or path ("metadata.2", "properties.data.2"), nor may "index" be
// that of an item of `contents`: a good event would be dead.
std::optional<std::size_t> named_index(std::string_view message, std::size_t records) {
    const auto text = core::lower(message);
    const bool of_contents = text.find("content") != std::string::npos;
    for (const std::string_view before :
         {"batch.", "batch[", "data.", "data[", "index ", "index: "}) {
        if (of_contents && before.starts_with("index")) {
            continue;
        }
        for (auto at = text.find(before); at != std::string::npos; at = text.find(before, at + 1)) {
            const char previous = at == 0 ? ' ' : text[at - 1];
            if (is_word(previous) || previous == '-' || previous == '.') {
                continue;
            }
            const auto index = number_at(text, at + before.size());
            if (index && *index < records) {
                return index;
            }
        }
    }
    return std::nullopt;
}

// `data.failed_events`: places in the batch, as numbers or as objects that hold one.
std::vector<std::size_t> failed_events(core::json::value data, std::size_t records) {
    std::vector<std::size_t> failed;
    data.find("failed_events").each_element([&](core::json::value entry) {
        const auto place = entry.is_object() ? entry.find("index").integer() : entry.integer();
        if (place && *place >= 0 && static_cast<std::size_t>(*place) < records) {
            failed.push_back(static_cast<std::size_t>(*place));
        }
    });
    return failed;
}

void mark_invalid(core::delivery& verdict) {
    const auto records = verdict.records.size();
    verdict.dead_reason = "invalid";
    if (records == 1) {
        verdict.records.front() = outcome::dead;
    } else if (const auto index = named_index(verdict.message, records)) {
        verdict.records.assign(records, outcome::resend);
        verdict.records[*index] = outcome::dead;
    } else {
        verdict.records.assign(records, outcome::suspect);
    }
}

void apply(core::delivery& verdict, const meaning& found, core::json::value data) {
    const auto records = verdict.records.size();
    verdict.label = found.label;
    switch (found.what) {
    case kind::ok:
        verdict.records.assign(records, outcome::delivered);
        break;
    case kind::partial:
        verdict.records.assign(records, outcome::delivered);
        verdict.dead_reason = "failed_event";
        for (const auto index : failed_events(data, records)) {
            verdict.records[index] = outcome::dead;
        }
        break;
    case kind::retry:
        verdict.health = upstream_health::failing;
        break;
    case kind::rate_limited:
        verdict.health = upstream_health::rate_limited;
        break;
    case kind::refused:
        verdict.health = upstream_health::refusing;
        verdict.refusal = found.refusal;
        break;
    case kind::invalid:
        mark_invalid(verdict);
        break;
    case kind::too_large:
        verdict.oversized = true;
        verdict.dead_reason = "invalid";
        verdict.records.assign(records, records == 1 ? outcome::dead : outcome::suspect);
        break;
    }
}

// At most so many bytes, and no character cut in two.
std::string_view clipped(std::string_view text) {
    auto end = std::min(text.size(), most_message);
    while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) {
        --end;
    }
    return text.substr(0, end);
}

// Goes into logs, so nothing counts that could be a word of a visitor's or the hash of one:
// TikTok's are some 34 digits and letters.
std::string_view id_of_request(std::string_view text) {
    constexpr std::size_t longest = 48;
    const bool fits = text.size() <= longest &&
                      std::ranges::all_of(text, [](char c) { return is_word(c) || c == '-'; });
    return fits ? text : std::string_view();
}

// The body's code. As text it is no success, which has the number 0, but any other says what it
// says.
std::optional<std::int64_t> code_of(core::json::value body) {
    const auto code = body.find("code");
    if (!code.is_string()) {
        return code.integer();
    }
    const auto written = core::parse_integer<std::int64_t>(code.text());
    return written == std::int64_t{0} ? std::nullopt : written;
}

} // namespace

core::delivery classify(const core::upstream_answer& answer, std::size_t records) {
    core::delivery verdict;
    verdict.records.assign(records, outcome::retry);
    verdict.retry_after = answer.retry_after;

    const auto parsed = core::json::parse(answer.body);
    const auto body = parsed ? parsed->root() : core::json::value();
    const auto code = code_of(body);
    verdict.code = code.value_or(0);
    verdict.message = clipped(body.find("message").text());
    verdict.request_id = id_of_request(body.find("request_id").text());

    if (verdict.code != 0) {
        apply(verdict, meaning_of(codes, verdict.code), body.find("data"));
    } else if (code && answer.status == 200) {
        apply(verdict, {kind::ok, "ok", ""}, {});
    } else {
        apply(verdict, meaning_of(statuses, answer.status), {});
    }
    return verdict;
}

} // namespace gatepost::tiktok
