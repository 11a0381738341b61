#include "listening.hpp"

#include <gatepost/net/address.hpp>

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string_view>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace gatepost::net {
namespace {

[[noreturn]] void fail(int error, const char* what) {
    throw std::system_error(error, std::generic_category(), what);
}

int option_of(int socket, int option, const char* name) {
    int value = 0;
    socklen_t size = sizeof(value);
    if (getsockopt(socket, SOL_SOCKET, option, &value, &size) != 0) {
        fail(errno, name);
    }
    return value;
}

struct bound_address {
    sockaddr_storage storage{};
    socklen_t size = sizeof(storage);

    template <class Address>
    const Address& as() const {
        return reinterpret_cast<const Address&>(storage);
    }
};

bound_address address_of(int socket) {
    bound_address found;
    if (getsockname(socket, reinterpret_cast<sockaddr*>(&found.storage), &found.size) != 0) {
        fail(errno, "getsockname");
    }
    return found;
}

std::string host_of(int family, const void* address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(family, address, text.data(), text.size());
    return text.data();
}

std::string path_of(const bound_address& found) {
    const auto& address = found.as<sockaddr_un>();
    const std::size_t begin = offsetof(sockaddr_un, sun_path);
    std::string path(address.sun_path, found.size > begin ? found.size - begin : 0);
    if (path.starts_with('\0')) {
        path.front() = '@'; // as systemd.socket(5) and ss(8) write it
    } else {
        path.resize(std::strlen(path.c_str()));
    }
    return path;
}

} // namespace

void remove_stale_socket(const std::string& path) {
    struct stat found {};
    sockaddr_un where{};
    if (lstat(path.c_str(), &found) != 0 || !S_ISSOCK(found.st_mode) ||
        path.size() >= sizeof(where.sun_path)) {
        return;
    }
    where.sun_family = AF_UNIX;
    path.copy(where.sun_path, sizeof(where.sun_path) - 1);
    // Somebody who listens and does not accept would keep a blocking one waiting.
    const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const bool refused =
        connect(probe, reinterpret_cast<const sockaddr*>(&where), sizeof(where)) != 0 &&
        errno == ECONNREFUSED;
    close(probe);
    if (refused) {
        unlink(path.c_str());
    }
}

int family_of_listening(int socket) {
    if (option_of(socket, SO_TYPE, "SO_TYPE") != SOCK_STREAM) {
        fail(ESOCKTNOSUPPORT, "a socket handed over");
    }
    if (option_of(socket, SO_ACCEPTCONN, "SO_ACCEPTCONN") == 0) {
        fail(EINVAL, "a socket handed over does not listen");
    }
    const int family = option_of(socket, SO_DOMAIN, "SO_DOMAIN");
    if (family != AF_INET && family != AF_INET6 && family != AF_UNIX) {
        fail(EAFNOSUPPORT, "a socket handed over");
    }
    return family;
}

std::string url_of_listening(int socket) {
    const auto found = address_of(socket);
    switch (found.storage.ss_family) {
    case AF_INET: {
        const auto& address = found.as<sockaddr_in>();
        const listen_address where{host_of(AF_INET, &address.sin_addr), ntohs(address.sin_port)};
        return "http://" + where.authority();
    }
    case AF_INET6: {
        const auto& address = found.as<sockaddr_in6>();
        const listen_address where{host_of(AF_INET6, &address.sin6_addr), ntohs(address.sin6_port)};
        return "http://" + where.authority();
    }
    case AF_UNIX:
        return "unix:" + path_of(found);
    default:
        fail(EAFNOSUPPORT, "getsockname");
    }
}

std::optional<std::uint32_t> uid_of_peer(int connected) {
    ucred found{};
    socklen_t size = sizeof(found);
    if (getsockopt(connected, SOL_SOCKET, SO_PEERCRED, &found, &size) != 0) {
        return std::nullopt;
    }
    return found.uid;
}

bool somebody_waits(int listening) {
    pollfd asked{.fd = listening, .events = POLLIN, .revents = 0};
    return poll(&asked, 1, 0) > 0;
}

void answer_overloaded(int socket) {
    // A new socket's buffer takes these few bytes at once.
    static constexpr std::string_view full =
        "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\n"
        "Connection: close\r\n\r\n";
    send(socket, full.data(), full.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    shutdown(socket, SHUT_WR);
    constexpr std::size_t most = std::size_t{1} << 20;
    std::array<char, 16384> block;
    for (std::size_t all = 0; all < most;) {
        const auto count = recv(socket, block.data(), block.size(), MSG_DONTWAIT);
        if (count <= 0) {
            break;
        }
        all += static_cast<std::size_t>(count);
    }
}

spare_descriptors::spare_descriptors() {
    refill();
}

spare_descriptors::~spare_descriptors() {
    for (const int each : kept_) {
        close(each);
    }
}

void spare_descriptors::refill() {
    while (kept_.size() < most) {
        const int taken = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (taken < 0) {
            return;
        }
        kept_.push_back(taken);
    }
}

int spare_descriptors::accept(int listening) {
    refill();
    if (kept_.empty()) {
        return -1;
    }
    close(kept_.back());
    kept_.pop_back();
    return accept4(listening, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

} // namespace gatepost::net
