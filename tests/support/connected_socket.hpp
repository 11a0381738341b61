// A blocking stream socket, connected.
#pragma once

#include <chrono>
#include <string>

namespace gatepost::test {

// To "http://127.0.0.1:8787", "http://[::1]:8787" or "unix:/path". Connecting, reading and writing
// each wait for `patience` at most. The caller closes it. Throws when nobody listens.
int connected_socket(const std::string& url, std::chrono::seconds patience);

} // namespace gatepost::test
