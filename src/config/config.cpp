#include <gatepost/config/config.hpp>

#include <algorithm>
#include <stdexcept>

namespace gatepost::config {
namespace {

std::chrono::seconds longest_age(const consent::options& chosen) {
    auto longest = chosen.max_age;
    for (const auto& [country, age] : chosen.max_age_by_country) {
        longest = std::max(longest, age);
    }
    return longest;
}

} // namespace

std::vector<std::string> config::pixel_ids() const {
    std::vector<std::string> ids;
    for (const auto& pixel : ingest.pixels) {
        ids.push_back(pixel.id);
    }
    return ids;
}

std::string config::key_path() const {
    return key_file.empty() ? spool.path + "/identity.key" : key_file;
}

std::string config::registry_path() const {
    return spool.path + "/registry.db";
}

ledger::registry_options config::registry_options() const {
    ledger::registry_options chosen;
    chosen.file = registry_path();
    chosen.grant_retention = longest_age(consent.options);
    for (const auto& [pixel, own] : pixel_consent) {
        chosen.grant_retention = std::max(chosen.grant_retention, longest_age(own.options));
    }
    for (const auto& pixel : ingest.pixels) {
        chosen.controllers.emplace(pixel.id, pixel.controller);
    }
    return chosen;
}

void throw_exception_from_error(const problems& found, const boost::source_location&) {
    throw std::runtime_error(found.empty() ? "bad configuration" : format(found.front(), "config"));
}

std::string format(const problem& found, std::string_view file) {
    std::string result(file);
    if (found.line > 0) {
        result += ":" + std::to_string(found.line) + ":" + std::to_string(found.column);
    }
    result += ": ";
    if (!found.key.empty()) {
        result += found.key + ": ";
    }
    return result + found.message;
}

std::string format(const problems& found, std::string_view file) {
    std::string lines;
    for (const auto& each : found) {
        lines += format(each, file) + '\n';
    }
    return lines;
}

} // namespace gatepost::config
