// Listening sockets, as far as they are not Asio's affair.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatepost::net {

// A file of a Unix socket that nobody listens on is left over from a process that was killed: it
// goes. One that somebody serves, and what is no socket, stays.
void remove_stale_socket(const std::string& path);

// Its address family: AF_INET, AF_INET6 or AF_UNIX. Throws std::system_error for what is no
// listening stream socket of these.
int family_of_listening(int socket);
// Where it listens: "http://127.0.0.1:8787", "unix:/run/gatepost/ingest.sock", "unix:@name" for one
// without a file. Throws std::system_error.
std::string url_of_listening(int socket);

// The user at the other end of a connected Unix socket (SO_PEERCRED: as it was at connect); nullopt
// when the system does not tell.
std::optional<std::uint32_t> uid_of_peer(int connected);

// Whether a connection waits to be accepted.
bool somebody_waits(int listening);

// Answers 503 on a socket that does not block and whose request nobody will read, and ends this
// side. What has come is read, for a socket closed over unread bytes resets the connection, and the
// answer is lost. The caller closes it.
void answer_overloaded(int socket);

// A few descriptors kept in reserve. When there is no other, a client is told so with one of them;
// else it would wait in the backlog until its own patience ends.
class spare_descriptors {
  public:
    spare_descriptors();
    ~spare_descriptors();
    spare_descriptors(const spare_descriptors&) = delete;
    spare_descriptors& operator=(const spare_descriptors&) = delete;

    // As many as there should be, or as can be had now.
    void refill();
    // A connection of a listening socket, neither of which blocks, in the place of a spare one; -1
    // when there is none of either.
    int accept(int listening);
    bool any_left() const { return !kept_.empty(); }
    bool whole() const { return kept_.size() == most; }

  private:
    static constexpr std::size_t most = 4;

    std::vector<int> kept_;
};

} // namespace gatepost::net
