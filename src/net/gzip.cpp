#include <gatepost/net/gzip.hpp>

#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>

namespace gatepost::net {
namespace {

struct inflater {
    z_stream stream{};
    // 15 bits of window, +16: a gzip wrapper and nothing else.
    inflater() { ready = inflateInit2(&stream, 15 + 16) == Z_OK; }
    ~inflater() { inflateEnd(&stream); }
    inflater(const inflater&) = delete;
    inflater& operator=(const inflater&) = delete;
    bool ready = false;
};

core::input_error invalid() {
    return {"invalid_gzip", "the body is not what Content-Encoding: gzip says", ""};
}

} // namespace

core::input_result<std::string> gunzip(std::string_view packed, std::size_t limit) {
    inflater unpack;
    if (!unpack.ready) {
        return invalid();
    }
    // zlib's interface is older than const; it does not write to its input.
    unpack.stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    unpack.stream.avail_in = static_cast<uInt>(packed.size());
    std::string result;
    std::array<char, 16384> block; // NOLINT: filled by inflate
    int status = Z_OK;
    while (status != Z_STREAM_END) {
        unpack.stream.next_out = reinterpret_cast<Bytef*>(block.data());
        unpack.stream.avail_out = static_cast<uInt>(block.size());
        status = inflate(&unpack.stream, Z_NO_FLUSH);
        const std::size_t made = block.size() - unpack.stream.avail_out;
        if ((status != Z_OK && status != Z_STREAM_END) || (made == 0 && status == Z_OK)) {
            return invalid();
        }
        if (made > limit - result.size()) {
            return core::input_error{"too_large",
                                     "the unpacked body is larger than listen.max_body", ""};
        }
        result.append(block.data(), made);
    }
    if (unpack.stream.avail_in != 0) {
        return invalid();
    }
    return result;
}

} // namespace gatepost::net
