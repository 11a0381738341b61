#include "warnings.hpp"

#include <gatepost/core/json.hpp>
#include <gatepost/ingest/routes.hpp>
#include <gatepost/tiktok/protocol.hpp>

#include <algorithm>

namespace gatepost::ingest {
namespace {

using core::json::writer;

void write_error(writer& out, const core::input_error& error) {
    out.key("error").begin_object();
    out.member("code", error.code).member("message", error.message).member("path", error.path);
    out.end_object();
}

// The members every result has.
void write_result(writer& out, const verdict& result) {
    if (!result.event_id.empty()) {
        out.member("event_id", result.event_id);
    }
    out.member("outcome", to_string(result.outcome));
    if (result.error) {
        write_error(out, *result.error);
    }
    if (result.decision) {
        out.key("decision").begin_object();
        consent::write_summary(out, *result.decision);
        if (!result.token.empty()) {
            out.member("token", result.token);
        }
        out.end_object();
    }
}

std::string payload_of(const core::record& record, const options& chosen) {
    const auto to = std::ranges::find(chosen.pixels, record.pixel, &pixel::id);
    const std::string_view payload = record.payload;
    return tiktok::batch_body(event_set_of(*to, record.variant), {&payload, 1});
}

void write_explained(writer& out, const judgement& judged, const verdict& result,
                     const options& chosen) {
    write_result(out, result);
    if (result.decision) {
        out.member("why", consent::reason(result.decision->rule));
        out.key("findings");
        consent::write_findings(out, *result.decision);
        out.key("jurisdiction");
        consent::write_jurisdiction(out, result.decision->jurisdiction);
    }
    if (result.record) {
        out.key("payload").raw(payload_of(*judged.records[*result.record], chosen));
    }
}

} // namespace

std::string write_answer(const judgement& judged) {
    writer out;
    out.begin_object().key("results").begin_array();
    for (const auto& result : judged.verdicts) {
        out.begin_object();
        write_result(out, result);
        out.end_object();
    }
    out.end_array();
    write_warnings(out, judged.warnings);
    out.end_object();
    return out.take();
}

std::string write_explanation(const judgement& judged, const options& chosen) {
    writer out;
    out.begin_object().key("results").begin_array();
    for (const auto& result : judged.verdicts) {
        out.begin_object();
        write_explained(out, judged, result, chosen);
        out.end_object();
    }
    out.end_array();
    write_warnings(out, judged.warnings);
    out.end_object();
    return out.take();
}

std::string write_explained_event(const judgement& judged, const options& chosen) {
    writer out;
    out.begin_object();
    write_explained(out, judged, judged.verdicts.front(), chosen);
    write_warnings(out, judged.warnings);
    out.end_object();
    return out.take();
}

} // namespace gatepost::ingest
