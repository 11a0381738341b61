#include "file_text.hpp"
#include "sections.hpp"

#include <gatepost/config/reload.hpp>
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

core::result<config, problems> read_text(std::string_view yaml, secret_reading& how) {
    problems found;
    config result;
    try {
        const auto tree = YAML::Load(std::string(yaml));
        section file(tree, "", found);
        if (!found.empty()) {
            return found; // no mapping: there is nothing else to say
        }
        read_listeners(file, result, how);
        read_consent(file, result.consent);
        read_pixels(file, result, how); // may override parts of `consent`
        read_events(file, result);
        read_identity(file, result, how);
        read_spool(file, result, how);
        read_relay(file, result, how);
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
    result.advice = in_order(std::move(how.advice));
    return result;
}

core::result<config, problems> read_from(const std::string& path, secret_reading& how) {
    const auto text = read_file(path);
    if (!text) {
        return problems{{0, 0, "", "cannot be read"}};
    }
    return read_text(*text, how);
}

} // namespace

core::result<config, problems> load_text(std::string_view yaml, secrets allowed) {
    secret_reading how{.allowed = allowed};
    return read_text(yaml, how);
}

core::result<config, problems> load_file(const std::string& path, secrets allowed) {
    secret_reading how{.allowed = allowed};
    return read_from(path, how);
}

core::result<reloaded, problems> load_anew(const std::string& path, const config& running) {
    secret_reading how{.running = &running};
    auto fresh = read_from(path, how);
    if (fresh.has_error()) {
        return fresh.error();
    }
    return reloaded{std::move(*fresh), in_order(std::move(how.kept))};
}

} // namespace gatepost::config
