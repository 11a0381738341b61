// The event that `gatepost send-test` posts, and for which pixel.
#pragma once

#include "commands.hpp"

#include <gatepost/ingest/options.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace gatepost::app {

// The pixel that is named, else the only one, else the only one with a test code; null when there
// is none such.
const ingest::pixel* test_pixel(const std::vector<ingest::pixel>& pixels, const std::string& named);

// What an event of this source needs and the arguments lack, for people; "" for nothing.
std::string_view missing_for_test(event::source from, const test_event_arguments& given);

// The event as an application would post it, with an explicit grant. Nobody real is in it unless
// the arguments say so. Its id is another one each time: TikTok would take the second test for the
// first.
std::string test_event(const ingest::pixel& to, const test_event_arguments& given);

} // namespace gatepost::app
