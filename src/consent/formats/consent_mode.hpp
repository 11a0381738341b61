// Google Consent Mode as Google's tags send it: claims of the page. Google publishes no
// specification; the letters are what third parties made of real traffic (docs/consent.md).
#pragma once

#include "reading.hpp"

#include <string_view>

namespace gatepost::consent {

// gcs, "G1<ad_storage><analytics_storage>": ad_storage 0 is denied, 1 implied, `-` undecided.
reading read_gcs(std::string_view text);

// gcd, "1<digit>L<digit>L<digit>L<digit>L<...>": letters at 2, 4, 6 and 8 stand for ad_storage,
// analytics_storage, ad_user_data and ad_personalization; the digits between vary. Of ad_storage
// and ad_user_data: any of m q u denies; else any p or l is undecided; else any t is implied; else
// both are r n or v and it is granted. Another letter is unreadable.
reading read_gcd(std::string_view text);

} // namespace gatepost::consent
