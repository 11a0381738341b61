#include <gatepost/core/json.hpp>
#include <gatepost/core/text.hpp>
#include <gatepost/tiktok/protocol.hpp>

#include <algorithm>

namespace gatepost::tiktok {
namespace {

using core::outcome;
using core::upstream_health;

constexpr std::size_t most_message = 500;

enum class kind { ok, partial, retry, rate_limited, refused, invalid, too_large };

struct meaning {
    kind what;
    std::string_view label;
};

// The one table of answers: interface.md section 5. A code decides before the status.
meaning meaning_of_code(std::int64_t code) {
    if (code == 20001) {
        return {kind::partial, "partial"};
    }
    if (code == 40100) {
        return {kind::rate_limited, "rate_limited"};
    }
    if ((code >= 40200 && code <= 40202) || code == 40700) {
        return {kind::retry, "server_error"};
    }
    if (code == 40001 || code == 40007 || (code >= 40101 && code <= 40199)) {
        return {kind::refused, "refused"};
    }
    if (code >= 40000 && code <= 49999) {
        return {kind::invalid, "invalid"};
    }
    return {kind::retry, "server_error"};
}

meaning meaning_of_status(unsigned status) {
    if (status == 429) {
        return {kind::rate_limited, "rate_limited"};
    }
    if (status == 401 || status == 403) {
        return {kind::refused, "refused"};
    }
    if (status == 413) {
        return {kind::too_large, "too_large"};
    }
    return {kind::retry, status >= 500 ? "server_error" : "unexpected"};
}

// The place in the batch that a message names: "Batch.0.properties...", "data[2].user", "data.0.x",
// "index 3". A number after anything else is not an index, nor is one after the end of a longer
// word or path ("metadata.2", "properties.data.2"): a good event would be dead.
std::optional<std::size_t> named_index(std::string_view message, std::size_t records) {
    const auto text = core::lower(message);
    for (const std::string_view before :
         {"batch.", "batch[", "data.", "data[", "index ", "index: "}) {
        for (auto at = text.find(before); at != std::string::npos; at = text.find(before, at + 1)) {
            const char previous = at == 0 ? ' ' : text[at - 1];
            if (core::is_alpha(previous) || core::is_digit(previous) || previous == '_' ||
                previous == '-' || previous == '.') {
                continue;
            }
            const auto start = at + before.size();
            auto end = start;
            while (end < text.size() && core::is_digit(text[end])) {
                ++end;
            }
            const auto index =
                core::parse_integer<std::size_t>(std::string_view(text).substr(start, end - start));
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

} // namespace

core::delivery classify(const core::upstream_answer& answer, std::size_t records) {
    core::delivery verdict;
    verdict.records.assign(records, outcome::retry);
    verdict.retry_after = answer.retry_after;

    const auto parsed = core::json::parse(answer.body);
    const auto body = parsed ? parsed->root() : core::json::value();
    const auto code = body.find("code").integer();
    verdict.code = code.value_or(0);
    verdict.message = clipped(body.find("message").text());
    verdict.request_id = clipped(body.find("request_id").text());

    if (code && *code != 0) {
        apply(verdict, meaning_of_code(*code), body.find("data"));
    } else if (code && answer.status == 200) {
        apply(verdict, {kind::ok, "ok"}, {});
    } else {
        apply(verdict, meaning_of_status(answer.status), {});
    }
    return verdict;
}

} // namespace gatepost::tiktok
