#include "hostile_client.hpp"

#include <gatepost/core/json.hpp>
#include <gatepost/core/text.hpp>

#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <poll.h>
#include <support/connected_socket.hpp>
#include <sys/socket.h>
#include <unistd.h>

namespace gatepost::test {
namespace {

// Takes a whole answer off `bytes`; nothing when it is cut off.
std::optional<http_answer> take_answer(std::string_view& bytes) {
    constexpr std::string_view head_end = "\r\n\r\n";
    const auto end = bytes.find(head_end);
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    auto head = bytes.substr(0, end);
    auto status_line = core::next_field(head, '\n');
    http_answer answer;
    core::next_field(status_line, ' ');
    answer.status = core::parse_integer<int>(core::next_field(status_line, ' ')).value_or(0);
    while (!head.empty()) {
        auto value = core::next_field(head, '\n');
        const auto name = core::lower(core::next_field(value, ':'));
        answer.headers[name] = core::trim(value);
    }
    bytes.remove_prefix(end + head_end.size());
    const auto length = core::parse_integer<std::size_t>(answer.headers["content-length"]);
    answer.body = bytes.substr(0, length.value_or(0));
    bytes.remove_prefix(answer.body.size());
    return answer;
}

} // namespace

std::string heard::code() const {
    return answers.empty() ? "" : error_code(answers.front());
}

hostile_client::hostile_client(const std::string& url)
    : socket_(connected_socket(url, std::chrono::seconds(15))) {}

hostile_client::~hostile_client() {
    close(socket_);
}

bool hostile_client::send(std::string_view bytes) {
    return send_all(socket_, bytes);
}

void hostile_client::finish() {
    shutdown(socket_, SHUT_WR);
}

bool hostile_client::hears(int milliseconds) const {
    pollfd ready{socket_, POLLIN, 0};
    return poll(&ready, 1, milliseconds) > 0;
}

heard hostile_client::hear() {
    heard all;
    std::array<char, 65536> block{};
    ssize_t count = 0;
    while ((count = recv(socket_, block.data(), block.size(), 0)) > 0) {
        all.bytes.append(block.data(), static_cast<std::size_t>(count));
    }
    all.closed = count == 0 || errno == ECONNRESET;
    std::string_view rest = all.bytes;
    while (auto answer = take_answer(rest)) {
        if (answer->status >= 200) {
            all.answers.push_back(*std::move(answer));
        }
    }
    return all;
}

heard hear(const std::string& url, std::string_view bytes) {
    hostile_client client(url);
    client.send(bytes);
    client.finish();
    return client.hear();
}

std::string error_code(const http_answer& answer) {
    const auto parsed = core::json::parse(answer.body);
    if (!parsed) {
        return "";
    }
    if (const auto code = parsed->root().find("code").integer()) {
        return std::to_string(*code);
    }
    return std::string(parsed->root().find("error").find("code").text());
}

} // namespace gatepost::test
