// What GET /v1/status says of each pixel, gathered from the layers that know it.
#pragma once

#include <gatepost/core/ports.hpp>
#include <gatepost/ingest/disclosure_watch.hpp>
#include <gatepost/ingest/options.hpp>
#include <gatepost/relay/relay.hpp>
#include <gatepost/spool/queue.hpp>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace gatepost::app {

std::vector<core::pixel_status>
pixel_statuses(const std::vector<ingest::pixel>& pixels, spool::queue& queue,
               const std::vector<relay::lane_status>& lanes,
               const std::map<std::string, ingest::disclosure_tally, std::less<>>& tc_strings);

} // namespace gatepost::app
