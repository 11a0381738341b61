// Shopify's cookie `_tracking_consent`, version 3, which packs choices into letters.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

namespace gatepost::consent {

// Takes `3<choices>.<effective>_<region>_<banner>_<sale region>_<consent id>[_<more>]` apart, as
// Shopify's consent-tracking-api 0.2 writes it: a capital letter is a yes, a small one a no, among
// the choices the visitor's own, among the effective ones what applies in the region without one.
// The entries are `a` (analytics), `m` (marketing), `p` (preferences) and `s` (sale of data), each
// `accepted`, `declined`, `accepted by default` or `declined by default` and left out where the
// cookie says nothing, and `region`. False when the text is not of this form.
bool read_shopify(std::string_view text,
                  std::vector<std::pair<std::string_view, std::string_view>>& entries);

} // namespace gatepost::consent
