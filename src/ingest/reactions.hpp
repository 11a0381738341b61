// What the registry is to remember of a decision.
#pragma once

#include <gatepost/consent/decision.hpp>
#include <gatepost/ingest/pipeline.hpp>

#include <string>
#include <vector>

namespace gatepost::ingest {

// Whether a decision has any; `events_wait`: whether a denial could take anything back. Of a pixel
// that only observes nothing is kept, so that only a denial counts.
bool wants_reaction(const consent::decision& verdict, bool events_wait, bool observes);

// - A grant that lifts a withdrawal ends it.
// - GPC of a known visitor under an opt-out regime is kept (California, 11 CCR 7025(c)(1): "and for
//   the consumer, if known").
// - A denial takes back what waits of its visitor, whichever rule decided about its own event. Not
//   where the event still goes, with limited_data_use: then those before it did too.
// What the request around a list says is not its visitors' word, and nothing comes of it but the
// drop. Events behind a denial in one list are received after it.
void add_reactions(const consent::decision& verdict, const ledger::subject& who, arrival& when,
                   bool observes, std::vector<reaction>& into);

} // namespace gatepost::ingest
