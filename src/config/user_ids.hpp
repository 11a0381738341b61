// Users of this machine.
#pragma once

#include "section.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace gatepost::config {

// A list of user ids and of users' names. With secrets::ignore names are not looked up and left
// out: the configuration may be another machine's.
void read_user_ids(section& from, const std::string& key, std::vector<std::uint32_t>& target,
                   secrets allowed);

} // namespace gatepost::config
