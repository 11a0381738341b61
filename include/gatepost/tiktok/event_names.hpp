// Event names: TikTok's own, and those of others for the same things (docs/tiktok.md "Names").
#pragma once

#include <string_view>

namespace gatepost::tiktok {

// A name of Google Analytics 4 or of Segment's specification as TikTok's; every other name as it
// is. What is given back is the argument or a literal.
std::string_view mapped_name(std::string_view name);

// A page view by another tool's name ("page_view", "PageView", "Page Viewed", ...), which is not
// relayed when names are mapped: it is no conversion to TikTok. Whoever wants it there sends
// TikTok's own name, Pageview.
bool is_foreign_page_view(std::string_view name);

} // namespace gatepost::tiktok
