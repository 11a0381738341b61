// config/consent-relay.js, as GET /consent-relay.js answers it.
#pragma once

#include <string_view>

namespace gatepost::ingest {

std::string_view consent_relay_js();

} // namespace gatepost::ingest
