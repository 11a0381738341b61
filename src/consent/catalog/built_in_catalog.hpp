// config/consent-catalog.yaml as it was when the program was built.
#pragma once

#include <string_view>

namespace gatepost::consent {

std::string_view built_in_yaml();

} // namespace gatepost::consent
