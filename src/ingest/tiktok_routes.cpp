#include "tiktok_routes.hpp"

#include "refusal.hpp"
#include "warnings.hpp"

#include <gatepost/core/ids.hpp>
#include <gatepost/core/json.hpp>
#include <gatepost/event/tiktok_dialect.hpp>

#include <algorithm>
#include <array>

namespace gatepost::ingest {
namespace {

using core::json::writer;

struct route {
    std::string_view path;
    tiktok_decoder decode;
};
constexpr std::array routes_table{route{"/open_api/v1.3/event/track", event::decode_event_track},
                                  route{"/open_api/v1.3/pixel/track", event::decode_pixel_track},
                                  route{"/open_api/v1.3/pixel/batch", event::decode_pixel_batch}};

// TikTok's codes, as its clients know them (docs/tiktok.md "Answers").
constexpr std::int64_t ok = 0;
constexpr std::int64_t no_permission = 40001;
constexpr std::int64_t invalid = 40002;
constexpr std::int64_t too_many_requests = 40100;
constexpr std::int64_t unknown_token = 40105;
constexpr std::int64_t server_error = 50000;

std::int64_t code_of(const core::input_error& error, unsigned status) {
    if (error.code == "unknown_pixel") {
        return no_permission;
    }
    if (status == 401) {
        return unknown_token;
    }
    return status == 429 ? too_many_requests : status >= 500 ? server_error : invalid;
}

template <class WriteData>
std::string envelope(std::int64_t code, std::string_view message, WriteData&& write_data) {
    writer out;
    out.begin_object().member("code", code).member("message", message);
    out.member("request_id", core::random_id());
    out.key("data").begin_object();
    write_data(out);
    out.end_object().end_object();
    return out.take();
}

std::string failure(std::int64_t code, const core::input_error& error) {
    const auto message = error.path.empty() ? error.message : error.path + ": " + error.message;
    return envelope(code, message, [](writer&) {});
}

void write_drops(writer& out, const judgement& judged) {
    const auto dropped = std::ranges::count(judged.verdicts, outcome::dropped, &verdict::outcome);
    if (dropped == 0) {
        return;
    }
    out.member("dropped", std::int64_t{dropped}).key("reasons").begin_array();
    for (const auto& each : judged.verdicts) {
        if (each.outcome == outcome::dropped) {
            out.string(consent::to_string(each.decision->rule));
        }
    }
    out.end_array();
}

} // namespace

tiktok_decoder tiktok_decoder_of(std::string_view path) {
    const auto* const found = std::ranges::find(routes_table, path, &route::path);
    return found == routes_table.end() ? nullptr : found->decode;
}

void refuse_as_a_whole(judgement& judged) {
    if (std::ranges::find(judged.verdicts, outcome::rejected, &verdict::outcome) ==
        judged.verdicts.end()) {
        return;
    }
    judged.records.clear();
    for (auto& each : judged.verdicts) {
        each.outcome = outcome::rejected;
        each.record.reset();
        // A rejected event has none; that of the next try counts.
        each.decision.reset();
        each.disclosed.reset();
    }
}

net::response tiktok_answer(const judgement& judged) {
    const auto refused = std::ranges::find_if(
        judged.verdicts, [](const verdict& each) { return each.error.has_value(); });
    if (refused != judged.verdicts.end()) {
        return {.body = failure(code_of(*refused->error, 200), *refused->error)};
    }
    return {.body = envelope(ok, "OK", [&](writer& out) {
                write_drops(out, judged);
                if (!judged.warnings.empty()) {
                    write_warnings(out, judged.warnings);
                }
            })};
}

net::response tiktok_refusal(const core::input_error& error) {
    auto answer = refusal(error);
    const bool tells_by_status = answer.status == 429 || answer.status >= 500 ||
                                 answer.status == 405 || answer.status == 415;
    answer.body = tiktok_body(answer.status, error);
    answer.status = tells_by_status ? answer.status : 200;
    return answer;
}

std::string tiktok_body(unsigned status, const core::input_error& error) {
    return failure(code_of(error, status), error);
}

} // namespace gatepost::ingest
