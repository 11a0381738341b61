// Who may speak to a listener: checks against DNS rebinding and against web pages that post to
// localhost (docs/http-api.md "The door").
#pragma once

#include <gatepost/net/access_tokens.hpp>
#include <gatepost/net/address.hpp>
#include <gatepost/net/http.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatepost::net {

struct door {
    std::vector<std::string> allowed_hosts;   // beside loopback names; ports are ignored
    std::vector<std::string> allowed_origins; // "https://shop.example"; ports are ignored

    std::vector<std::uint32_t> allowed_uids; // of who connects to a Unix socket; empty: whoever
                                             // the file's mode lets
    access_tokens tokens;                    // empty: none is asked for

    // 403 `host_not_allowed`, `peer_not_allowed` or `origin_not_allowed`; the host is not asked on
    // a Unix socket.
    std::optional<response> refuse(const request_head& head) const;
    // 401 `unauthorized` with a challenge (RFC 6750, section 3) without one of the tokens, where
    // some are asked for. It comes as `Authorization: Bearer`; a header named in `also` that holds
    // nothing but the token serves as well.
    std::optional<response> refuse_stranger(const request_head& head,
                                            std::string_view also = "") const;
    // The request's origin when it is an allowed one: it gets CORS headers.
    std::optional<std::string_view> allowed_origin(const request_head& head) const;
};

// What a message must hold before anything else is looked at (RFC 9112 sections 3.2 and 6, stricter
// where smuggling lives): one Host; a body with one length or `chunked` alone; when `needs_length`,
// a POST, PUT or PATCH with either. 400, or 411 when there is no length.
std::optional<response> check_framing(const request_head& head, bool needs_length = true);

} // namespace gatepost::net
