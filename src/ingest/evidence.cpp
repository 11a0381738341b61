#include "evidence.hpp"

#include <gatepost/core/json.hpp>

namespace gatepost::ingest {
namespace {

using core::json::writer;

void write_tc_string(writer& out, std::string_view text, tc_string_proof how,
                     identity::hasher& digest) {
    if (text.empty() || how == tc_string_proof::none) {
        return;
    }
    if (how == tc_string_proof::full) {
        out.member("tc_string", text);
    } else {
        out.member("tc_sha256", digest.hex(text));
    }
}

} // namespace

std::string write_evidence(const consent::decision& verdict, const options& chosen,
                           core::wall_time now, identity::hasher& digest) {
    writer out;
    out.begin_object().key("decision").begin_object();
    consent::write_summary(out, verdict);
    out.end_object().key("jurisdiction");
    consent::write_jurisdiction(out, verdict.jurisdiction);
    out.key("findings").begin_array();
    for (const auto& found : verdict.findings) {
        out.begin_object();
        consent::write_members(out, found);
        if (found.at) {
            out.member("age", std::int64_t{(core::to_seconds(now) - *found.at).count()});
        }
        write_tc_string(out, found.tc_string, chosen.tc_string, digest);
        out.end_object();
    }
    out.end_array();
    if (verdict.granted_at) {
        out.member("granted_at", std::int64_t{verdict.granted_at->time_since_epoch().count()});
    }
    out.member("config", chosen.config_version);
    out.end_object();
    return out.take();
}

} // namespace gatepost::ingest
