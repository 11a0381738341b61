#include "listener_tokens.hpp"
#include "secret_source.hpp"

#include <gatepost/config/single_secrets.hpp>

#include <utility>

namespace gatepost::config {

core::result<core::secret_string, std::string_view> first_token(const std::string& file,
                                                                const std::string& variable) {
    const auto text =
        file.empty() ? variable_text(variable) : secret_text(file, core::secret_file::pipe_as_well);
    if (text.has_error()) {
        return text.error();
    }
    auto tokens = parse_token_lines(text->reveal());
    if (tokens.has_error()) {
        return tokens.error();
    }
    return std::move(tokens->front());
}

core::result<spool::key_ring, std::string_view> spool_keys(const std::string& file) {
    return file.empty()
               ? spool::key_ring()
               : read_secret_file(file, &spool::key_ring::parse, core::secret_file::pipe_as_well);
}

} // namespace gatepost::config
