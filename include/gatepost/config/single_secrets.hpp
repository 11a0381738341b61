// Secrets that a command needs without the rest of them: it runs as another user than the daemon,
// who may read its own token and not those of the pixels. Either file may be a pipe: whoever runs
// the command waits for its writer.
#pragma once

#include <gatepost/core/result.hpp>
#include <gatepost/core/secret_string.hpp>
#include <gatepost/spool/key_ring.hpp>

#include <string>
#include <string_view>

namespace gatepost::config {

// The first token of a file, or of an environment variable where no file is named: any of them
// serves. Errors: what is wrong with it, in words for people that hold none of it.
core::result<core::secret_string, std::string_view> first_token(const std::string& file,
                                                                const std::string& variable);

// The keys in a file; none where no file is named. Errors: the same.
core::result<spool::key_ring, std::string_view> spool_keys(const std::string& file);

} // namespace gatepost::config
