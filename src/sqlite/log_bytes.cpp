#include "log_bytes.hpp"

#include <algorithm>
#include <bit>

namespace gatepost::sqlite {
namespace {

// The last bit says that the checksum's words are big-endian: those of the machine that wrote it.
constexpr std::uint32_t magic = 0x377f0682;
constexpr std::uint32_t magic_of_this_machine =
    magic | (std::endian::native == std::endian::big ? 1 : 0);
constexpr std::uint32_t format_version = 3007000;
constexpr std::size_t smallest_page_size = 512;

// In the header.
constexpr std::size_t version_at = 4;
constexpr std::size_t page_size_at = 8;
constexpr std::size_t checkpoints_at = 12;
constexpr std::size_t salts_at = 16;
constexpr std::size_t salts_size = 8;
constexpr std::size_t header_sum_at = 24;

// In a frame.
constexpr std::size_t commit_at = 4;
constexpr std::size_t summed_of_frame_header = 8;
constexpr std::size_t frame_salts_at = 8;
constexpr std::size_t frame_sum_at = 16;

std::uint32_t word(log_bytes bytes, std::size_t at, bool big_endian = true) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        value = value << 8 | bytes[at + (big_endian ? i : 3 - i)];
    }
    return value;
}

void put_word(std::span<unsigned char> bytes, std::size_t at, std::uint32_t value,
              bool big_endian = true) {
    for (std::size_t i = 0; i < 4; ++i) {
        bytes[at + (big_endian ? 3 - i : i)] = static_cast<unsigned char>(value >> (8 * i));
    }
}

checksum sum_at(log_bytes bytes, std::size_t at) {
    return {word(bytes, at), word(bytes, at + 4)};
}

} // namespace

checksum checksum::after(log_bytes bytes, bool big_endian) const {
    auto sum = *this;
    for (std::size_t at = 0; at < bytes.size(); at += 8) {
        sum.first += word(bytes, at, big_endian) + sum.second;
        sum.second += word(bytes, at + 4, big_endian) + sum.first;
    }
    return sum;
}

checksum checksum::before(log_bytes bytes, bool big_endian) const {
    auto sum = *this;
    for (std::size_t at = bytes.size(); at > 0; at -= 8) {
        sum.second -= word(bytes, at - 4, big_endian) + sum.first;
        sum.first -= word(bytes, at - 8, big_endian) + sum.second;
    }
    return sum;
}

std::optional<log_header> log_header::parse(log_bytes bytes) {
    log_header made;
    if (bytes.size() != made.bytes_.size()) {
        return std::nullopt;
    }
    std::ranges::copy(bytes, made.bytes_.begin());
    const auto size = made.page_size();
    const bool fits = (word(bytes, 0) & ~1U) == magic && std::has_single_bit(size) &&
                      size >= smallest_page_size && size <= largest_page_size &&
                      checksum().after(bytes.first(header_sum_at), made.big_endian()) == made.sum();
    return fits ? std::optional(made) : std::nullopt;
}

std::optional<log_header> log_header::restore(log_bytes frames) {
    for (auto size = smallest_page_size;
         size <= largest_page_size && frame_header_size + size <= frames.size(); size *= 2) {
        if (auto made = restore(frames.first(frame_header_size + size), size)) {
            return made;
        }
    }
    return std::nullopt;
}

std::optional<log_header> log_header::restore(log_bytes frame, std::size_t page_size) {
    log_header made;
    const std::span<unsigned char> bytes(made.bytes_);
    put_word(bytes, 0, magic_of_this_machine);
    put_word(bytes, version_at, format_version);
    put_word(bytes, page_size_at, static_cast<std::uint32_t>(page_size));
    std::ranges::copy(frame.subspan(frame_salts_at, salts_size), bytes.subspan(salts_at).begin());

    const bool big_endian = made.big_endian();
    const auto whole = sum_at(frame, frame_sum_at)
                           .before(frame.subspan(frame_header_size), big_endian)
                           .before(frame.first(summed_of_frame_header), big_endian);
    put_word(bytes, header_sum_at, whole.first);
    put_word(bytes, header_sum_at + 4, whole.second);
    // The count of checkpoints is the one word that makes the second sum what it was.
    const auto unsalted = whole.before(made.salts(), big_endian);
    const auto without_count =
        checksum().after(log_bytes(bytes).first(salts_at), big_endian).second;
    put_word(bytes, checkpoints_at, unsalted.second - without_count, big_endian);
    return parse(made.bytes_);
}

bool log_header::big_endian() const {
    return (word(bytes_, 0) & 1) != 0;
}

std::size_t log_header::page_size() const {
    return word(bytes_, page_size_at);
}

log_bytes log_header::salts() const {
    return log_bytes(bytes_).subspan(salts_at, salts_size);
}

checksum log_header::sum() const {
    return sum_at(bytes_, header_sum_at);
}

std::uint32_t frame_view::page() const {
    return word(bytes_, 0);
}

std::uint32_t frame_view::size_after_commit() const {
    return word(bytes_, commit_at);
}

bool frame_view::has_salts_of(const log_header& header) const {
    return std::ranges::equal(bytes_.subspan(frame_salts_at, salts_size), header.salts());
}

checksum frame_view::sum() const {
    return sum_at(bytes_, frame_sum_at);
}

checksum frame_view::sum_after(const checksum& before, bool big_endian) const {
    return before.after(bytes_.first(summed_of_frame_header), big_endian)
        .after(bytes_.subspan(frame_header_size), big_endian);
}

void put_sum(std::vector<unsigned char>& frame, const checksum& sum) {
    put_word(frame, frame_sum_at, sum.first);
    put_word(frame, frame_sum_at + 4, sum.second);
}

} // namespace gatepost::sqlite
