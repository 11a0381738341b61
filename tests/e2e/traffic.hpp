// Ten thousand made-up visitors of whom 40 % consented, in the signals that real sites send.
#pragma once

#include <string>
#include <vector>

namespace gatepost::test {

struct posted_event {
    std::string id;
    std::string body;   // one event object
    std::string cookie; // sent as the request's own Cookie header when not empty
    bool consented = false;
    std::string email; // as TikTok's rules normalise it
    std::string phone;
    std::string external_id;
};

std::vector<posted_event> make_traffic(std::size_t count);

// The digest by OpenSSL's one-shot call, not by the code under test.
std::string sha256_hex(const std::string& text);

} // namespace gatepost::test
