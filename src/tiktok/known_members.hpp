// The objects of an event of which TikTok documents every member (docs/tiktok.md "What is sent").
#pragma once

#include <gatepost/core/json.hpp>

namespace gatepost::tiktok {

// Each writes its member of the event object with what TikTok knows of `given`, in the order of the
// documentation, or nothing at all when there is none of it. Ids given as numbers become strings;
// blank texts and values of another type than TikTok's are left out.

// `ad`, what brought the user of an app: callback, campaign_id, ad_id, creative_id, is_retargeting,
// attributed, attribution_type, attribution_provider.
void write_ad(core::json::writer& out, core::json::value given);

// `device`, the browser's client hints as TikTok's own server template sends them: architecture,
// bitness, browser_version_list, mobile, model, platform, platform_version.
void write_device(core::json::writer& out, core::json::value given);

} // namespace gatepost::tiktok
