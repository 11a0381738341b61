// The member `warnings` of answers.
#pragma once

#include <gatepost/core/json.hpp>

#include <string>
#include <vector>

namespace gatepost::ingest {

void write_warnings(core::json::writer& out, const std::vector<std::string>& warnings);

} // namespace gatepost::ingest
