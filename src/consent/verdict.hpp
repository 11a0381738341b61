// The rule table: findings in, decision out.
#pragma once

#include <gatepost/consent/gate.hpp>

#include <vector>

namespace gatepost::consent {

// Judges the times first: a grant from the future is undecided, and a withdrawal that a later grant
// lifts is too.
decision judge(std::vector<finding> findings, jurisdiction where, const options& chosen,
               core::wall_time now);

} // namespace gatepost::consent
