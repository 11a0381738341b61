#include <cerrno>
#include <csignal>
#include <fstream>
#include <netinet/in.h>
#include <stdexcept>
#include <string_view>
#include <support/eventually.hpp>
#include <support/http_connection.hpp>
#include <support/http_proxy.hpp>
#include <support/machine.hpp>
#include <support/sidecar.hpp>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace gatepost::test {
namespace {

// It takes no port 0, so one that was free a moment ago.
std::uint16_t free_port() {
    const int tried = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(where);
    auto* const address = reinterpret_cast<sockaddr*>(&where);
    const bool bound = bind(tried, address, size) == 0 && getsockname(tried, address, &size) == 0;
    const int why = errno;
    close(tried);
    if (!bound) {
        throw std::system_error(why, std::generic_category(), "bind");
    }
    return ntohs(where.sin_port);
}

} // namespace

std::optional<std::string> http_proxy::why_not() {
    const auto missing = why_not_programs({"tinyproxy"});
    return missing ? missing : host_names::why_not();
}

http_proxy::http_proxy(const host_names& names, const std::string& user,
                       const std::string& password)
    : names_(names), port_(free_port()) {
    std::ofstream(directory_.file("tinyproxy.conf"))
        << "Port " << port_ << "\nListen 127.0.0.1\nTimeout 60\nMaxClients 50\nLogLevel Connect\n"
        << "LogFile \"" << directory_.file("log") << "\"\nBasicAuth " << user << ' ' << password
        << '\n';
    start();
}

std::size_t http_proxy::tunnels() const {
    // "Request (file descriptor 7): CONNECT upstream.test:443 HTTP/1.1"
    constexpr std::string_view asked = "): CONNECT ";
    const auto log = read_file(directory_.file("log"));
    std::size_t count = 0;
    for (auto at = log.find(asked); at != std::string::npos; at = log.find(asked, at + 1)) {
        ++count;
    }
    return count;
}

void http_proxy::start() {
    auto words = names_.under();
    words.insert(words.end(),
                 {program_path("tinyproxy"), "-d", "-c", directory_.file("tinyproxy.conf")});
    process_ = std::make_unique<child_process>(words, directory_.file("errors"));
    const bool listens = eventually([this] {
        try {
            const http_connection tried("http://" + address());
            return true;
        } catch (const std::exception&) {
            return false;
        }
    });
    if (!listens) {
        throw std::runtime_error("tinyproxy: " + read_file(directory_.file("errors")));
    }
}

void http_proxy::kill() {
    process_->signal(SIGKILL);
    process_->wait();
}

} // namespace gatepost::test
