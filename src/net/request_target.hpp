// What a request line asks for (RFC 9112 section 3.2).
#pragma once

#include <gatepost/net/http.hpp>

namespace gatepost::net {

// Brings the target into origin form, where `path()` and `query()` can read it. An absolute form
// (section 3.2.2) must name the authority that the Host header names, port included: what is let
// in by one of them is not served by the other. `*` is for OPTIONS. False for every other form,
// and CONNECT's.
bool to_origin_form(request_head& head);

} // namespace gatepost::net
