#include "file_set.hpp"

#include <gatepost/core/iso8601.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

namespace gatepost::spool {
namespace {

// SQLite's file format, "The Database Header".
constexpr std::string_view magic("SQLite format 3\0", 16);
constexpr std::size_t version_at = 60;
constexpr std::size_t application_at = 68;

constexpr std::array<std::string_view, 3> suffixes{"", "-wal", "-shm"};

template <std::size_t Size>
std::optional<std::array<unsigned char, Size>> first_bytes(const std::string& file) {
    std::array<unsigned char, Size> bytes{};
    std::ifstream in(file, std::ios::binary);
    in.read(reinterpret_cast<char*>(bytes.data()), bytes.size());
    return in ? std::optional(bytes) : std::nullopt;
}

std::uint32_t word(const unsigned char* bytes) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        value = value << 8 | bytes[i];
    }
    return value;
}

core::error_code last_error() {
    return {errno, boost::system::system_category()};
}

} // namespace

bool exists(const std::string& file) {
    struct stat found {};
    return ::lstat(file.c_str(), &found) == 0;
}

std::uint64_t file_size(const std::string& file) {
    struct stat found {};
    return ::lstat(file.c_str(), &found) == 0 ? static_cast<std::uint64_t>(found.st_size) : 0;
}

std::optional<file_set::header> file_set::read_header() const {
    const auto bytes = first_bytes<100>(main_);
    if (!bytes || !std::equal(magic.begin(), magic.end(), bytes->begin())) {
        return std::nullopt;
    }
    return header{.version = static_cast<std::int32_t>(word(&(*bytes)[version_at])),
                  .application = static_cast<std::int32_t>(word(&(*bytes)[application_at]))};
}

std::string file_set::name_aside(core::wall_time now) const {
    auto stamp = core::to_iso8601(core::to_seconds(now));
    std::erase_if(stamp, [](char c) { return c == '-' || c == ':'; });
    const auto plain = main_ + ".damaged-" + stamp;
    const auto taken = [](const std::string& name) {
        return std::ranges::any_of(
            suffixes, [&](auto suffix) { return spool::exists(name + std::string(suffix)); });
    };
    auto name = plain;
    for (int n = 2; taken(name); ++n) {
        name = plain + "-" + std::to_string(n);
    }
    return name;
}

core::error_code file_set::move_to(const std::string& to) const {
    for (const auto suffix : suffixes) {
        const auto from = main_ + std::string(suffix);
        if (::rename(from.c_str(), (to + std::string(suffix)).c_str()) != 0 && errno != ENOENT) {
            return last_error();
        }
    }
    return {};
}

core::error_code file_set::remove() const {
    for (const auto suffix : suffixes) {
        if (::unlink((main_ + std::string(suffix)).c_str()) != 0 && errno != ENOENT) {
            return last_error();
        }
    }
    return {};
}

} // namespace gatepost::spool
