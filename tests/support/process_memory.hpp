// What a process holds in its memory while it runs: every part that it may write to, which is where
// its own data stands.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <sys/types.h>

namespace gatepost::test {

// Why nobody here may look into the memory of others; nothing when one may.
std::optional<std::string> why_not_process_memory();

// How often the text stands there.
std::size_t times_in_memory(pid_t process, const std::string& text);

} // namespace gatepost::test
