// The tokens that a listener takes, as a file of them holds them.
#pragma once

#include <gatepost/core/result.hpp>
#include <gatepost/core/secret_string.hpp>
#include <gatepost/net/access_tokens.hpp>

#include <string_view>
#include <tuple>
#include <vector>

namespace gatepost::config {

// A token a line; empty lines do not count. At most 16, each as parse_token takes it.
core::result<std::vector<core::secret_string>, std::string_view>
parse_token_lines(std::string_view text);

struct listener_tokens {
    net::access_tokens accepted;
    bool some_are_short = false; // under 16 characters: worth guessing at
};
core::result<listener_tokens, std::string_view> parse_listener_tokens(std::string_view text);

// What the sections `auth` and `admin` set: the tokens, their file and their variable.
constexpr auto application_tokens = [](auto& of) {
    return std::tie(of.ingest.door.tokens, of.auth_token_file, of.auth_token_env);
};
constexpr auto operator_tokens = [](auto& of) {
    return std::tie(of.admin_tokens, of.admin_token_file, of.admin_token_env);
};

} // namespace gatepost::config
