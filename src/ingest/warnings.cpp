#include "warnings.hpp"

namespace gatepost::ingest {

void write_warnings(core::json::writer& out, const std::vector<std::string>& warnings) {
    out.key("warnings").begin_array();
    for (const auto& warning : warnings) {
        out.string(warning);
    }
    out.end_array();
}

} // namespace gatepost::ingest
