// Decision tokens: from a decision, and back to a finding.
#pragma once

#include <gatepost/consent/gate.hpp>
#include <gatepost/core/clock.hpp>
#include <gatepost/identity/decision_token.hpp>

#include <optional>
#include <string_view>

namespace gatepost::ingest {

// What a token is to say of a decision; nullopt when the visitor has said nothing yet, for then
// later events have nothing to refer to.
std::optional<identity::decision_claim> claim_of(const consent::decision& verdict,
                                                 std::string_view controller, core::wall_time now);

// What a token says: a token that cannot be verified, or is of another controller, is unreadable.
// One that holds no time of choice expires the shortest of the maximum ages after it was issued.
consent::finding read_token(const std::optional<identity::token_signer>& signer,
                            std::string_view token, std::string_view controller,
                            const consent::options& chosen);

} // namespace gatepost::ingest
