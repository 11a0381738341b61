#include <cerrno>
#include <memory>
#include <netdb.h>
#include <stdexcept>
#include <support/connected_socket.hpp>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace gatepost::test {
namespace {

int connected(int family, const sockaddr* where, socklen_t size, std::chrono::seconds patience) {
    const int made = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval limit{patience.count(), 0};
    setsockopt(made, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    setsockopt(made, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    if (connect(made, where, size) != 0) {
        const int failed = errno;
        close(made);
        throw std::system_error(failed, std::generic_category(), "connect");
    }
    return made;
}

int connect_unix(const std::string& path, std::chrono::seconds patience) {
    sockaddr_un where{};
    where.sun_family = AF_UNIX;
    path.copy(where.sun_path, sizeof(where.sun_path) - 1);
    return connected(AF_UNIX, reinterpret_cast<sockaddr*>(&where), sizeof(where), patience);
}

// "127.0.0.1:8787" or "[::1]:8787"
int connect_tcp(const std::string& authority, std::chrono::seconds patience) {
    const auto colon = authority.rfind(':');
    auto host = authority.substr(0, colon);
    if (host.starts_with('[')) {
        host = host.substr(1, host.size() - 2);
    }
    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (getaddrinfo(host.c_str(), authority.substr(colon + 1).c_str(), &hints, &found) != 0) {
        throw std::runtime_error("not an address: " + authority);
    }
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> held(found, &freeaddrinfo);
    return connected(held->ai_family, held->ai_addr, held->ai_addrlen, patience);
}

} // namespace

int connected_socket(const std::string& url, std::chrono::seconds patience) {
    return url.starts_with("unix:") ? connect_unix(url.substr(5), patience)
                                    : connect_tcp(url.substr(url.find("//") + 2), patience);
}

bool send_all(int socket, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR) {
            return false;
        }
        bytes.remove_prefix(sent > 0 ? static_cast<std::size_t>(sent) : 0);
    }
    return true;
}

} // namespace gatepost::test
