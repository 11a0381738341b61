// What has the shape of an e-mail address in text that is mostly something else.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace gatepost::event {

struct text_span {
    std::size_t begin;
    std::size_t end;
};

// The first one at or after `from`: a local part with a letter or digit, `@`, and a domain of at
// least two labels whose last one could be a top-level domain (letters, or xn--) and is no suffix
// of files. Letters of every script count.
std::optional<text_span> find_email(std::string_view text, std::size_t from = 0);

// Whether there is one in the text as it is or percent-decoded, up to three times.
bool holds_email(std::string_view text);

// Whether there is an `@` at all, escaped or not: a quick look before the others.
bool holds_at_sign(std::string_view text);

// With `redacted` in the place of each; one that shows only when decoded takes the whole text with
// it.
std::string redact_emails(std::string_view text);

} // namespace gatepost::event
