#include "visitor_cookies.hpp"

#include <gatepost/core/text.hpp>

namespace gatepost::ingest {

std::optional<std::string> cookies_of(const event::visitor& from) {
    bool given = from.cookie_given;
    std::string all(from.cookie);
    for (const auto& [name, value] : from.headers) {
        if (core::iequals(name, "Cookie")) {
            given = true;
            all.append(all.empty() ? "" : "; ").append(value);
        }
    }
    return given ? std::optional(std::move(all)) : std::nullopt;
}

} // namespace gatepost::ingest
