// Listening sockets, as far as they are not Asio's affair.
#pragma once

#include <string>

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

// Answers 503 on a socket that does not block and whose request nobody will read, and ends this
// side. What has come is read, for a socket closed over unread bytes resets the connection, and the
// answer is lost. The caller closes it.
void answer_overloaded(int socket);

// One descriptor kept in reserve. When there is no other, a client is told so with it; else it
// would wait in the backlog until its own patience ends.
class spare_descriptor {
  public:
    spare_descriptor();
    ~spare_descriptor();
    spare_descriptor(const spare_descriptor&) = delete;
    spare_descriptor& operator=(const spare_descriptor&) = delete;

    enum class turned_away {
        one,
        none,     // nobody is waiting
        not_able, // others were quicker to take the descriptor; it is taken back at the next call
    };
    // Takes a connection from a listening socket that does not block, and answers it 503.
    turned_away turn_away(int listening);

  private:
    bool take();

    int spare_ = -1;
};

} // namespace gatepost::net
