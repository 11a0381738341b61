#include "refusal.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace gatepost::ingest {
namespace {

// Which HTTP status an error about the whole request has; the one place that says so.
unsigned status_of(std::string_view code) {
    struct row {
        std::string_view code;
        unsigned status;
    };
    static constexpr std::array table{
        row{"invalid_json", 400},         row{"invalid_body", 400},
        row{"empty_list", 422},           row{"too_many_events", 413},
        row{"invalid_statement", 422},    row{"unknown_pixel", 422},
        row{"no_identifier", 422},        row{"not_found", 404},
        row{"method_not_allowed", 405},   row{"unsupported_type", 415},
        row{"spool_full", 503},           row{"spool_unavailable", 503},
        row{"registry_unavailable", 503}, row{"audit_unavailable", 503},
        row{"pixel_quota", 429}};
    const auto* const found = std::ranges::find(table, code, &row::code);
    return found == table.end() ? 500 : found->status;
}

} // namespace

net::response refusal(const core::input_error& error) {
    auto result = net::error_response(status_of(error.code), error);
    if (result.status == 503 || result.status == 429) {
        result.headers.emplace_back("Retry-After", "5");
    }
    return result;
}

} // namespace gatepost::ingest
