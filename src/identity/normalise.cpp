#include "unicode.hpp"

#include <gatepost/identity/normalise.hpp>

namespace gatepost::identity {

std::optional<std::string> normalise_email(std::string_view text) {
    const auto address = trim_white_space(text);
    const auto at = address.find('@');
    // Something on both sides: "@alice" is a name in a social network.
    if (at == std::string_view::npos || at == 0 || at + 1 == address.size()) {
        return std::nullopt;
    }
    return lower_letters(address);
}

std::optional<std::string> normalise_external_id(std::string_view text) {
    const auto id = trim_white_space(text);
    return is_blank(id) ? std::nullopt : std::optional(std::string(id));
}

} // namespace gatepost::identity
