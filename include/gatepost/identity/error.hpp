// What can go wrong with the instance key besides what the file system says.
#pragma once

#include <gatepost/core/result.hpp>

namespace gatepost::identity {

enum class errc {
    bad_key = 1, // the key file holds something else than 64 hex digits
};
const boost::system::error_category& identity_category();
core::error_code make_error_code(errc value);

} // namespace gatepost::identity

namespace boost::system {
template <>
struct is_error_code_enum<gatepost::identity::errc> : std::true_type {};
} // namespace boost::system
