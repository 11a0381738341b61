// HTTP/1.1 requests as RFC 9112 writes them and no other way: what a second reader in front of or
// behind ours may make of the same bytes. Knows nothing of Beast.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatepost::fuzz {

struct strict_request {
    std::string method;
    std::string target;
    std::vector<std::pair<std::string, std::string>> headers; // values without the space around
    std::string body;                                         // out of its chunks

    std::vector<std::string> values(std::string_view name) const;
};

// Reads one request after the other from the front of `text`.
class strict_reader {
  public:
    explicit strict_reader(std::string_view text) : rest_(text) {}

    // nullopt for anything that is no whole request of RFC 9112; nothing behind it is read then.
    std::optional<strict_request> next();

  private:
    std::optional<std::string_view> line();
    bool read_request_line(strict_request& into);
    bool read_fields(std::vector<std::pair<std::string, std::string>>& into);
    bool read_body(strict_request& into);
    bool read_chunks(std::string& into);
    bool take(std::uint64_t count, std::string& into);

    std::string_view rest_;
    bool is_1_0_ = false;
};

namespace strict {

inline char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline bool same_word(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) {
        return false;
    }
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (lower(a[i]) != lower(b[i])) {
            return false;
        }
    }
    return true;
}

// RFC 9110 section 5.6.2.
inline bool is_token(std::string_view text) {
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    for (const char c : text) {
        const bool plain =
            (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!plain && others.find(c) == others.npos) {
            return false;
        }
    }
    return !text.empty();
}

// RFC 9110 section 5.5: visible characters, bytes beyond ASCII, spaces and tabs.
inline bool is_field_text(std::string_view text) {
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte < 0x20 && c != '\t') || byte == 0x7f) {
            return false;
        }
    }
    return true;
}

inline std::string_view without_space(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == text.npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Digits of a base and nothing else, in 64 bits.
inline std::optional<std::uint64_t> number(std::string_view digits, std::uint64_t base) {
    std::uint64_t value = 0;
    for (const char each : digits) {
        const char c = lower(each);
        std::uint64_t digit = base;
        if (c >= '0' && c <= '9') {
            digit = static_cast<std::uint64_t>(c - '0');
        } else if (c >= 'a' && c <= 'f') {
            digit = static_cast<std::uint64_t>(c - 'a' + 10);
        }
        if (digit >= base || value > (UINT64_MAX - digit) / base) {
            return std::nullopt;
        }
        value = value * base + digit;
    }
    return digits.empty() ? std::nullopt : std::optional(value);
}

} // namespace strict

inline std::vector<std::string> strict_request::values(std::string_view name) const {
    std::vector<std::string> found;
    for (const auto& [key, value] : headers) {
        if (strict::same_word(key, name)) {
            found.push_back(value);
        }
    }
    return found;
}

// Up to CR LF; neither stands in a line alone.
inline std::optional<std::string_view> strict_reader::line() {
    const auto end = rest_.find("\r\n");
    if (end == rest_.npos) {
        return std::nullopt;
    }
    const auto found = rest_.substr(0, end);
    rest_.remove_prefix(end + 2);
    return found.find_first_of("\r\n") == found.npos ? std::optional(found) : std::nullopt;
}

inline bool strict_reader::read_request_line(strict_request& into) {
    const auto text = line();
    const auto first = text ? text->find(' ') : std::string_view::npos;
    const auto last = text ? text->rfind(' ') : std::string_view::npos;
    if (first == std::string_view::npos || first == last) {
        return false;
    }
    into.method = text->substr(0, first);
    into.target = text->substr(first + 1, last - first - 1);
    const auto version = text->substr(last + 1);
    is_1_0_ = version == "HTTP/1.0";
    return strict::is_token(into.method) && !into.target.empty() &&
           strict::is_field_text(into.target) &&
           into.target.find_first_of(" \t") == std::string::npos &&
           (is_1_0_ || version == "HTTP/1.1");
}

inline bool strict_reader::read_fields(std::vector<std::pair<std::string, std::string>>& into) {
    for (auto text = line();; text = line()) {
        if (!text) {
            return false;
        }
        if (text->empty()) {
            return true;
        }
        const auto colon = text->find(':');
        if (colon == text->npos || !strict::is_token(text->substr(0, colon)) ||
            !strict::is_field_text(*text)) {
            return false; // also a line that goes on with the one before (obs-fold)
        }
        into.emplace_back(text->substr(0, colon), strict::without_space(text->substr(colon + 1)));
    }
}

inline bool strict_reader::take(std::uint64_t count, std::string& into) {
    if (count > rest_.size()) {
        return false;
    }
    into += rest_.substr(0, count);
    rest_.remove_prefix(count);
    return true;
}

inline bool strict_reader::read_chunks(std::string& into) {
    for (;;) {
        const auto text = line();
        if (!text) {
            return false;
        }
        const auto extension = text->find(';');
        const auto size = strict::number(strict::without_space(text->substr(0, extension)), 16);
        if (!size || text->front() == ' ' || text->front() == '\t' ||
            !strict::is_field_text(*text)) {
            return false;
        }
        if (*size == 0) {
            std::vector<std::pair<std::string, std::string>> trailers;
            return read_fields(trailers);
        }
        if (!take(*size, into) || !rest_.starts_with("\r\n")) {
            return false;
        }
        rest_.remove_prefix(2);
    }
}

inline bool strict_reader::read_body(strict_request& into) {
    const auto lengths = into.values("Content-Length");
    const auto codings = into.values("Transfer-Encoding");
    if (!codings.empty()) {
        return lengths.empty() && codings.size() == 1 && !is_1_0_ &&
               strict::same_word(codings.front(), "chunked") && read_chunks(into.body);
    }
    if (lengths.empty()) {
        return true;
    }
    const auto size = strict::number(lengths.front(), 10);
    return lengths.size() == 1 && size && take(*size, into.body);
}

inline std::optional<strict_request> strict_reader::next() {
    while (rest_.starts_with("\r\n")) { // section 2.2: an empty line before is passed over
        rest_.remove_prefix(2);
    }
    strict_request read;
    if (read_request_line(read) && read_fields(read.headers) && read.values("Host").size() == 1 &&
        read_body(read)) {
        return read;
    }
    rest_ = {};
    return std::nullopt;
}

} // namespace gatepost::fuzz
