// The header and the frames of a write-ahead log. Source: SQLite's file format, section 4.
#pragma once

#include <gatepost/sqlite/write_ahead_log.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace gatepost::sqlite {

using log_bytes = std::span<const unsigned char>;

constexpr std::size_t frame_header_size = 24;
constexpr std::size_t largest_page_size = 65536;

// Runs over the header and then over each frame, from what it was at the end of the one before.
struct checksum {
    std::uint32_t first = 0;
    std::uint32_t second = 0;

    // Of a multiple of eight bytes, as words of the log's byte order.
    checksum after(log_bytes bytes, bool big_endian) const;
    // What it was before, when this is what it was after.
    checksum before(log_bytes bytes, bool big_endian) const;
    bool operator==(const checksum&) const = default;
};

class log_header {
  public:
    // Nothing unless it is one and its checksum fits.
    static std::optional<log_header> parse(log_bytes bytes);
    // What it must have been, by the log's first frame and more: the checksum can be run backwards,
    // and of the header only the count of checkpoints is not known otherwise. Nothing unless the
    // rest agrees, which the 32 bits that are left over make certain enough.
    static std::optional<log_header> restore(log_bytes frames);

    bool big_endian() const;
    std::size_t page_size() const;
    log_bytes salts() const;
    checksum sum() const;
    log_bytes bytes() const { return bytes_; }

  private:
    static std::optional<log_header> restore(log_bytes frame, std::size_t page_size);
    std::array<unsigned char, log_header_size> bytes_{};
};

// A whole one, with its page.
class frame_view {
  public:
    explicit frame_view(log_bytes bytes) : bytes_(bytes) {}

    std::uint32_t page() const;              // 0 for none
    std::uint32_t size_after_commit() const; // of the database in pages; 0: it does not commit
    bool has_salts_of(const log_header& header) const;
    checksum sum() const; // that it carries
    checksum sum_after(const checksum& before, bool big_endian) const;

  private:
    log_bytes bytes_;
};

void put_sum(std::vector<unsigned char>& frame, const checksum& sum);

} // namespace gatepost::sqlite
