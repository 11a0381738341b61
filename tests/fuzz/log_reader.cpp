// Whatever stands in a write-ahead log is read within its bounds, and a log that is mended is one:
// it begins as one, SQLite's checksums hold from its first frame to its last, and mending it once
// more changes nothing.
//
// The first byte, when it is odd, has the checksums of the log made right first: else no changed
// byte would get past them.

#include "log_bytes.hpp"
#include "memory_file.hpp"

#include <cstdint>
#include <cstdio>
#include <fcntl.h>
#include <string>
#include <vector>

using namespace gatepost;
using fuzz::check;
using sqlite::frame_header_size;
using sqlite::log_header_size;

namespace {

std::uint32_t word(std::string_view bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    }
    return value;
}

void put_word(std::string& bytes, std::size_t at, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i) {
        bytes[at + i] = static_cast<char>(value >> (24 - 8 * i));
    }
}

// SQLite's file format, section 4.2, written a second time: of a log whose words are little-endian
// when the last bit of its magic number is 0.
struct sums {
    std::uint32_t first = 0;
    std::uint32_t second = 0;

    void add(std::string_view bytes, bool big_endian) {
        for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
            const auto one = word(bytes, at);
            const auto two = word(bytes, at + 4);
            first += (big_endian ? one : __builtin_bswap32(one)) + second;
            second += (big_endian ? two : __builtin_bswap32(two)) + first;
        }
    }
};

struct shape {
    bool big_endian = false;
    std::size_t page = 0; // 0: this is no log
};

shape shape_of(std::string_view log) {
    if (log.size() < log_header_size || (word(log, 0) & ~1U) != 0x377f0682) {
        return {};
    }
    const auto page = word(log, 8);
    const bool is_size = page >= 512 && page <= 65536 && (page & (page - 1)) == 0;
    return {(word(log, 0) & 1) != 0, is_size ? page : 0};
}

// Calls visit(frame's offset, the sums up to its end).
void each_frame(std::string_view log, const shape& of, sums from, auto&& visit) {
    const auto size = frame_header_size + of.page;
    for (auto at = log_header_size; at + size <= log.size(); at += size) {
        from.add(log.substr(at, 8), of.big_endian);
        from.add(log.substr(at + frame_header_size, of.page), of.big_endian);
        visit(at, from);
    }
}

sums sums_of_header(std::string_view log, const shape& of) {
    sums header;
    header.add(log.substr(0, 24), of.big_endian);
    return header;
}

std::string with_right_sums(std::string log) {
    const auto of = shape_of(log);
    if (of.page == 0) {
        return log;
    }
    const auto header = sums_of_header(log, of);
    put_word(log, 24, header.first);
    put_word(log, 28, header.second);
    const std::string summed = log;
    each_frame(summed, of, header, [&](std::size_t at, const sums& now) {
        put_word(log, at + 16, now.first);
        put_word(log, at + 20, now.second);
    });
    return log;
}

std::string bytes_of(const std::string& file) {
    std::string bytes;
    std::FILE* in = std::fopen(file.c_str(), "rb");
    check(in != nullptr);
    std::array<char, 4096> block{};
    for (std::size_t count = 1; count > 0;) {
        count = std::fread(block.data(), 1, block.size(), in);
        bytes.append(block.data(), count);
    }
    std::fclose(in);
    return bytes;
}

void check_mended(const std::string& log, std::string_view source, std::uint64_t left_out) {
    check(log.size() <= source.size() && log.size() >= log_header_size);
    const auto of = shape_of(log);
    check(of.page != 0 && (log.size() - log_header_size) % (frame_header_size + of.page) == 0);
    const auto header = sums_of_header(log, of);
    check(header.first == word(log, 24) && header.second == word(log, 28));
    std::uint64_t frames = 0;
    std::uint64_t committed = 0;
    each_frame(log, of, header, [&](std::size_t at, const sums& now) {
        check(now.first == word(log, at + 16) && now.second == word(log, at + 20));
        check(word(log, at) != 0 && log.compare(at + 8, 8, log, 16, 8) == 0);
        ++frames;
        committed = word(log, at + 4) != 0 ? frames : committed;
    });
    check(frames + left_out <= source.size() / 512);

    const fuzz::memory_file copy(log);
    const auto read = sqlite::read_log(copy.path());
    check(read && read->header_whole && read->frames_unread == 0 && !read->durable_unread);
    check(read->frames_read == committed && sqlite::log_is_whole(copy.path()));
}

std::string scratch(const char* name) {
    static const auto directory = [] {
        std::string made = "/tmp/fuzz-log-XXXXXX";
        check(::mkdtemp(made.data()) != nullptr);
        return made;
    }();
    return directory + "/" + name;
}

void check_log(const std::string& log) {
    const fuzz::memory_file file(log);
    const auto read = sqlite::read_log(file.path());
    check(read && read->bytes == log.size());
    const auto frames_at_most = log.size() / 512;
    check(read->frames_read + read->frames_unread <= frames_at_most);
    check(!read->durable_unread || read->frames_unread > 0);
    check(sqlite::log_is_whole(file.path()) == (read->header_whole && !read->durable_unread));

    const auto mended = scratch("mended");
    ::unlink(mended.c_str());
    if (const auto left_out = sqlite::mend_log(file.path(), mended)) {
        const auto made = bytes_of(mended);
        check_mended(made, log, *left_out);
        // A log that SQLite reads to its end stays as it was, up to there.
        if (read->header_whole && read->frames_unread == 0 && *left_out == 0) {
            check(made.size() > log.size() ||
                  made.compare(0, log_header_size, log, 0, log_header_size) == 0);
        }
    } else {
        check(left_out.error().failed());
    }
    ::unlink(mended.c_str());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string log(reinterpret_cast<const char*>(data + 1), size - 1);
    check_log(data[0] % 2 == 1 ? with_right_sums(log) : log);
    return 0;
}
