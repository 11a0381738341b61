// The dead letters of a spool, read from its file beside the daemon that owns it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace gatepost::test {

struct dead_letter {
    std::string pixel;
    std::string event_id;
    std::string reason;
    std::int64_t code = 0;
    std::string message;
    std::string request_id;
    std::int64_t attempts = 0;
};

// By event id.
std::vector<dead_letter> dead_letters(const std::filesystem::path& spool);

} // namespace gatepost::test
