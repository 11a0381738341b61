#include "file_text.hpp"
#include "sections.hpp"

#include <gatepost/identity/hash.hpp>

#include <algorithm>

namespace gatepost::config {
namespace {

problems in_order(problems found) {
    std::ranges::stable_sort(found, [](const problem& a, const problem& b) {
        return std::pair(a.line, a.column) < std::pair(b.line, b.column);
    });
    return found;
}

std::string version_of(std::string_view text) {
    constexpr std::size_t digits = 12;
    return identity::hasher().hex(text).substr(0, digits);
}

} // namespace

core::result<config, problems> load_text(std::string_view yaml, secrets allowed) {
    problems found;
    config result;
    try {
        const auto tree = YAML::Load(std::string(yaml));
        section file(tree, "", found);
        if (!found.empty()) {
            return found; // no mapping: there is nothing else to say
        }
        read_listen(file, result);
        read_consent(file, result.consent);
        read_pixels(file, result, allowed); // may override parts of `consent`
        read_events(file, result);
        read_identity(file, result);
        read_spool(file, result);
        read_relay(file, result, allowed);
        read_audit(file, result);
        read_process(file, result);
    } catch (const YAML::Exception& error) {
        return problems{{error.mark.line + 1, error.mark.column + 1, "", error.msg}};
    }
    if (!found.empty()) {
        return in_order(std::move(found));
    }
    result.version = version_of(yaml);
    result.ingest.config_version = result.version;
    return result;
}

core::result<config, problems> load_file(const std::string& path, secrets allowed) {
    const auto text = read_file(path);
    if (!text) {
        return problems{{0, 0, "", "cannot be read"}};
    }
    return load_text(*text, allowed);
}

} // namespace gatepost::config
