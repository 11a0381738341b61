// The proof of a decision, as it waits with the event and ends in the audit trail
// (docs/architecture.md "Evidence").
#pragma once

#include <gatepost/consent/decision.hpp>
#include <gatepost/core/clock.hpp>
#include <gatepost/identity/hash.hpp>
#include <gatepost/ingest/options.hpp>

#include <string>

namespace gatepost::ingest {

// A JSON object: decision, jurisdiction, findings (with their age in seconds and, for TC strings,
// the string or its SHA-256), granted_at, config. To be made while the signals are still there.
std::string write_evidence(const consent::decision& verdict, const options& chosen,
                           core::wall_time now, identity::hasher& digest);

} // namespace gatepost::ingest
