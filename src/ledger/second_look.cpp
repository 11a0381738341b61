#include "second_look.hpp"

#include <gatepost/core/json.hpp>

#include <string>

namespace gatepost::ledger {
namespace {

using core::json::value;

// An explicit grant lifts what was said before it; of the same second the denial stands.
bool lifts(value evidence, std::chrono::sys_seconds denied_at) {
    const auto granted_at = evidence.find("granted_at").integer();
    return granted_at && std::chrono::sys_seconds(std::chrono::seconds(*granted_at)) > denied_at;
}

// GPC leaves alone what goes out limited already, and what an opt-in law let through.
bool heeds_gpc(value evidence) {
    if (evidence.find("decision").find("action").text() == "send_limited") {
        return true;
    }
    const auto where = evidence.find("jurisdiction");
    return where.find("regime").text() == "opt_in" && !where.find("country").text().empty();
}

} // namespace

bool forbidden(const recollection& held, std::string_view evidence) {
    if (!held.denial && !held.gpc_at) {
        return false;
    }
    const auto parsed = core::json::parse(std::string(evidence));
    const auto root = parsed ? parsed->root() : value();
    return (held.denial && !lifts(root, held.denial->at)) || (held.gpc_at && !heeds_gpc(root));
}

} // namespace gatepost::ledger
