// A blocking stream socket, connected.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace gatepost::test {

// To "http://127.0.0.1:8787", "http://[::1]:8787" or "unix:/path". Connecting, reading and writing
// each wait for `patience` at most. The caller closes it. Throws when nobody listens.
int connected_socket(const std::string& url, std::chrono::seconds patience);

// False when the other end takes no more, or does not take it in time.
bool send_all(int socket, std::string_view bytes);

} // namespace gatepost::test
