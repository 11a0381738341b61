#include "tunnel.hpp"

#include "host_and_port.hpp"

#include <gatepost/core/version.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <openssl/evp.h>

#include <optional>
#include <string>
#include <utility>

namespace gatepost::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);

// By OpenSSL, as core::base64url_encode is another alphabet without the padding that Basic needs.
core::secret_string base64(std::string_view bytes) {
    std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0'); // it writes a NUL behind
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                     reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return core::secret_string(std::move(text));
}

core::secret_string connect_request(const proxy& through, const endpoint& to) {
    const auto target = host_and_port(to.host, to.port);
    const auto head = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target +
                      "\r\nUser-Agent: gatepost/" + std::string(core::version) + "\r\n";
    constexpr std::string_view basic = "Proxy-Authorization: Basic ";
    constexpr std::string_view line_end = "\r\n";
    const auto credentials = base64(through.credentials.reveal());
    std::string text;
    // Growing would leave a copy of the credentials behind.
    text.reserve(head.size() + basic.size() + credentials.reveal().size() + 2 * line_end.size());
    text.append(head);
    if (!through.credentials.empty()) {
        text.append(basic).append(credentials.reveal()).append(line_end);
    }
    return core::secret_string(std::move(text.append(line_end)));
}

client_failure failure(const boost::system::error_code& error) {
    if (error == beast::error::timeout) {
        return {client_errc::timeout, "no answer in time"};
    }
    if (error == http::error::end_of_stream || error == http::error::partial_message) {
        return {client_errc::proxy, "closed instead of an answer"};
    }
    return {client_errc::proxy, error.message()};
}

// nullopt when the tunnel is open.
std::optional<client_failure> refusal(unsigned status, bool more_came) {
    if (status == 407) {
        return client_failure{client_errc::proxy, "HTTP 407: it wants other credentials, or some"};
    }
    if (status / 100 != 2) {
        return client_failure{client_errc::proxy,
                              "HTTP " + std::to_string(status) + " instead of a tunnel"};
    }
    // TLS is begun by us: whatever comes before is not the upstream's.
    if (more_came) {
        return client_failure{client_errc::proxy, "bytes that nobody asked for"};
    }
    return std::nullopt;
}

} // namespace

asio::awaitable<core::result<asio::ip::tcp::socket, client_failure>>
open_tunnel(asio::ip::tcp::socket connected, const proxy& through, const endpoint& to,
            std::chrono::steady_clock::time_point until) {
    beast::tcp_stream stream(std::move(connected));
    stream.expires_at(until);
    const auto request = connect_request(through, to);
    const auto text = request.reveal();
    const auto [unsent, sent] =
        co_await asio::async_write(stream, asio::buffer(text.data(), text.size()), no_throw);
    if (unsent) {
        co_return failure(unsent);
    }
    beast::flat_buffer buffer;
    constexpr int most_interim = 8; // answers 1xx (RFC 9110 section 15.2)
    for (int interim = 0; interim <= most_interim; ++interim) {
        http::response_parser<http::empty_body> head;
        head.header_limit(64 * 1024);
        head.skip(true); // a length in the answer to CONNECT means nothing
        const auto [unread, received] =
            co_await http::async_read_header(stream, buffer, head, no_throw);
        if (unread) {
            co_return failure(unread);
        }
        if (const auto status = head.get().result_int(); status / 100 != 1) {
            if (auto refused = refusal(status, buffer.size() > 0)) {
                co_return std::move(*refused);
            }
            stream.expires_never();
            co_return stream.release_socket();
        }
    }
    co_return client_failure{client_errc::proxy, "interim answers and no final one"};
}

} // namespace gatepost::net
