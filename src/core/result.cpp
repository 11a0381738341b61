#include <gatepost/core/result.hpp>

#include <stdexcept>

namespace gatepost::core {

void throw_exception_from_error(const input_error& error, const boost::source_location&) {
    throw std::runtime_error(error.code + ": " + error.message);
}

} // namespace gatepost::core
