// Page addresses as browsers really send them. Split leniently at `?`, `&` and `#`: real ones hold
// `|`, `{x}` or a lone `%`, which strict parsers (RFC 3986) refuse; an odd one is passed on
// unchanged.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace gatepost::event {

// The host in lower case, without user, port and the brackets of an IPv6 address; "" when there is
// none.
std::string host_of(std::string_view url);

// The first value of a query parameter (name compared exactly), percent-decoded once; `+` is kept.
std::optional<std::string> query_value(std::string_view url, std::string_view name);

// Without the parameters of these names (any case, escaped or not), in the query and in the
// fragment, which pages with hash routes use as another; `a[email]` and `email[]` are `email` too.
// Everything else stays byte for byte, but for a `?` or `#` with nothing left behind it.
std::string strip_parameters(std::string_view url, std::span<const std::string> names);

// Without `user:password@`.
std::string strip_user(std::string_view url);

// As it may be sent on: without `user:password@`, without the parameters of `strip_query`
// (strip_parameters) and, with `strip_emails`, without anything that has the shape of an e-mail
// address, escaped up to three times: a parameter that holds one, also deep in a nested URL, goes
// as a whole; in the path, and in a fragment that is used as one, `redacted` takes its place (that
// of the whole segment, when it is escaped). Handles (/@user), names with a scale (logo@2x.png),
// versions (react@18.2.0) and coordinates (/@52.5,13.4,15z) are no addresses. Everything else stays
// byte for byte. At most a third longer than what is given.
std::string clean_url(std::string_view url, std::span<const std::string> strip_query,
                      bool strip_emails);

} // namespace gatepost::event
