// Whatever a body claims to be packed as, unpacking ends within its limit and gives what zlib
// packed, once and whole: nothing behind it, nothing missing from it, no second member.
//
// The first two bytes are the limit.

#include "check.hpp"

#include <gatepost/net/gzip.hpp>

#include <zlib.h>

#include <cstdint>
#include <string>

using namespace gatepost;
using fuzz::check;

namespace {

constexpr int gzip_wrapper = 15 + 16;

std::string pack(std::string_view text, int level) {
    z_stream stream{};
    check(deflateInit2(&stream, level, Z_DEFLATED, gzip_wrapper, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    std::string packed(deflateBound(&stream, text.size()), '\0');
    std::string input(text);
    stream.next_in = reinterpret_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    check(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

// What is refused is refused for one of two reasons, and what is taken is within its limit.
void check_any(std::string_view text, std::size_t limit) {
    const auto read = net::gunzip(text, limit);
    if (!read) {
        check(read.error().code == "invalid_gzip" || read.error().code == "too_large");
        check(read.error().path.empty());
        return;
    }
    check(read->size() <= limit);
    // It was right under any larger limit, and is too large for any smaller one.
    check(net::gunzip(text, 2 * limit + 1).value() == *read);
    check(read->empty() || net::gunzip(text, read->size() - 1).error().code == "too_large");
    check(!net::gunzip(std::string(text) + '\0', limit));
    check(!net::gunzip(text.substr(0, text.size() - 1), limit));
}

void check_packed(std::string_view text, std::size_t limit, int level) {
    const auto packed = pack(text, level);
    const auto read = net::gunzip(packed, limit);
    check(read.has_value() == (text.size() <= limit));
    check(read ? *read == text : read.error().code == "too_large");
    check(!net::gunzip(packed + packed, 2 * text.size()));
}

// A few bytes that would be a thousand times as many.
void check_bomb(std::size_t limit) {
    static const auto bomb = pack(std::string(std::size_t{1} << 20, 'x'), 9);
    check(net::gunzip(bomb, limit).error().code == "too_large");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t head = 2;
    if (size < head) {
        return 0;
    }
    const auto limit = std::size_t{data[0]} * 256 + data[1];
    const std::string_view text(reinterpret_cast<const char*>(data + head), size - head);
    check_any(text, limit);
    check_packed(text, limit, static_cast<int>(limit % 10));
    check_bomb(limit);
    return 0;
}
