#include "listener_tokens.hpp"

#include "secret_source.hpp"

#include <gatepost/core/text.hpp>

#include <algorithm>
#include <utility>

namespace gatepost::config {

core::result<std::vector<core::secret_string>, std::string_view>
parse_token_lines(std::string_view text) {
    constexpr std::size_t most = 16;
    std::vector<core::secret_string> tokens;
    while (!text.empty()) {
        const auto line = core::trim(core::next_field(text, '\n'));
        if (line.empty()) {
            continue;
        }
        if (tokens.size() == most) {
            return std::string_view("more than 16 tokens");
        }
        auto token = parse_token(line);
        if (token.has_error()) {
            return token.error();
        }
        tokens.push_back(std::move(*token));
    }
    if (tokens.empty()) {
        return std::string_view("no token");
    }
    return tokens;
}

core::result<listener_tokens, std::string_view> parse_listener_tokens(std::string_view text) {
    constexpr std::size_t long_enough = 16;
    auto tokens = parse_token_lines(text);
    if (tokens.has_error()) {
        return tokens.error();
    }
    const bool some_are_short = std::ranges::any_of(
        *tokens, [](const auto& token) { return token.reveal().size() < long_enough; });
    return listener_tokens{net::access_tokens(std::move(*tokens)), some_are_short};
}

} // namespace gatepost::config
