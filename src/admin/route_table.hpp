// Which routes there are: path, method and what is asked for, in one table.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatepost::admin {

enum class page : std::uint8_t {
    health,
    readiness,
    metrics,
    status,
    explanation,
    decisions,
    dead_letters,
    replay,
    removal,
    resumption,
};

enum class audience : std::uint8_t { probes, operators }; // operators see what probes see

// Whether there is any route of this path for that audience.
bool is_route(std::string_view path, audience who);
// HEAD asks for what GET does. nullopt: this path takes other methods, or is none.
std::optional<page> find_page(std::string_view method, std::string_view path, audience who);
// The methods of a path, as an Allow header lists them (RFC 9110 section 10.2.1).
std::string allowed_methods(std::string_view path, audience who);

// The pixel in /v1/pixels/{id}/resume, as it stands there; nullopt for any other path.
std::optional<std::string_view> pixel_in(std::string_view path);

} // namespace gatepost::admin
