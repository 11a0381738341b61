#include "log_bytes.hpp"

#include <gatepost/core/private_file.hpp>
#include <gatepost/sqlite/database.hpp>
#include <gatepost/sqlite/write_ahead_log.hpp>

#include <cerrno>
#include <fstream>
#include <optional>
#include <span>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace gatepost::sqlite {
namespace {

core::error_code last_error() {
    return {errno, boost::system::system_category()};
}

// One frame after the other. Each is checked against the checksum that the one before carries, so
// that one bad frame does not hide whether those behind it are sound.
class frame_reader {
  public:
    frame_reader(std::ifstream& in, const log_header& header)
        : in_(in), header_(header), bytes_(frame_header_size + header.page_size()),
          before_(header.sum()) {
        in_.clear();
        in_.seekg(log_header_size);
    }

    // False at the end, and for what is left of a frame there.
    bool next() {
        if (!in_.read(reinterpret_cast<char*>(bytes_.data()),
                      static_cast<std::streamsize>(bytes_.size()))) {
            return false;
        }
        ++number_;
        const frame_view frame(bytes_);
        sound_ = frame.page() != 0 && is_present() &&
                 frame.sum_after(before_, header_.big_endian()) == frame.sum();
        before_ = frame.sum();
        return true;
    }

    std::uint64_t number() const { return number_; } // from 1
    // Whether its salts are those of the header: else it is of the log's past.
    bool is_present() const { return frame_view(bytes_).has_salts_of(header_); }
    bool is_sound() const { return sound_; }
    bool commits() const { return frame_view(bytes_).size_after_commit() != 0; }
    std::vector<unsigned char>& bytes() { return bytes_; }

  private:
    std::ifstream& in_;
    const log_header& header_;
    std::vector<unsigned char> bytes_;
    checksum before_;
    std::uint64_t number_ = 0;
    bool sound_ = false;
};

std::vector<unsigned char> read_bytes(std::ifstream& in, std::uint64_t from, std::size_t count) {
    std::vector<unsigned char> bytes(count);
    in.clear();
    in.seekg(static_cast<std::streamoff>(from));
    in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(count));
    bytes.resize(static_cast<std::size_t>(in.gcount()));
    return bytes;
}

// As it stands, when it is whole.
std::optional<log_header> read_header(std::ifstream& in) {
    return log_header::parse(read_bytes(in, 0, log_header_size));
}

std::optional<log_header> read_or_restore_header(std::ifstream& in) {
    const auto whole = read_header(in);
    return whole ? whole
                 : log_header::restore(
                       read_bytes(in, log_header_size, frame_header_size + largest_page_size));
}

void count_frames(std::ifstream& in, const log_header& header, log_reading& found) {
    frame_reader frames(in, header);
    // Of the present, from the frame on that stops SQLite.
    std::uint64_t stop = found.header_whole ? 0 : 1;
    std::uint64_t first_commit = 0;
    std::uint64_t last_commit = 0;
    std::uint64_t last = 0;
    while (frames.next()) {
        if (stop == 0 && !frames.is_sound()) {
            stop = frames.number();
        }
        if (stop == 0) {
            found.frames_read = frames.commits() ? frames.number() : found.frames_read;
        } else if (frames.is_present()) {
            last = frames.number();
            if (frames.commits()) {
                last_commit = last;
                first_commit = first_commit == 0 ? last : first_commit;
            }
        }
    }
    // With nothing behind it, the frame that stops SQLite is one that was being written.
    const bool goes_on = last > stop || !found.header_whole;
    found.frames_unread = goes_on && last_commit > 0 ? last_commit - found.frames_read : 0;
    found.durable_unread = first_commit > 0 && last > first_commit;
}

core::error_code write_all(int file, std::span<const unsigned char> bytes) {
    while (!bytes.empty()) {
        const auto written = ::write(file, bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR) {
            return errno == ENOSPC ? make_error_code(errc::full) : last_error();
        }
        bytes = bytes.subspan(static_cast<std::size_t>(written < 0 ? 0 : written));
    }
    return {};
}

core::result<std::uint64_t> write_sound_frames(std::ifstream& in, const log_header& header,
                                               int to) {
    if (const auto failure = write_all(to, header.bytes())) {
        return failure;
    }
    frame_reader frames(in, header);
    auto sum = header.sum();
    std::uint64_t taken = 0;
    std::uint64_t left_out = 0;
    while (frames.next()) {
        if (frames.is_present() && frames.commits()) {
            left_out = frames.number() - taken - (frames.is_sound() ? 1 : 0);
        }
        if (!frames.is_sound()) {
            continue;
        }
        ++taken;
        sum = frame_view(frames.bytes()).sum_after(sum, header.big_endian());
        put_sum(frames.bytes(), sum);
        if (const auto failure = write_all(to, frames.bytes())) {
            return failure;
        }
    }
    return left_out;
}

} // namespace

core::result<log_reading> read_log(const std::string& log) {
    struct stat status {};
    if (::stat(log.c_str(), &status) != 0) {
        return errno == ENOENT ? core::result<log_reading>(log_reading()) : last_error();
    }
    log_reading found{.bytes = static_cast<std::uint64_t>(status.st_size)};
    if (found.bytes <= log_header_size) {
        return found;
    }
    std::ifstream in(log, std::ios::binary);
    if (!in) {
        return last_error();
    }
    found.header_whole = read_header(in).has_value();
    if (const auto header = read_or_restore_header(in)) {
        count_frames(in, *header, found);
    }
    return in.bad() ? make_error_code(errc::io) : core::result<log_reading>(found);
}

bool log_is_whole(const std::string& log) {
    const auto found = read_log(log);
    return found && found->header_whole && !found->durable_unread;
}

core::result<std::uint64_t> mend_log(const std::string& log, const std::string& mended) {
    std::ifstream in(log, std::ios::binary);
    if (!in) {
        return last_error();
    }
    const auto header = read_or_restore_header(in);
    if (!header) {
        return errc::damaged;
    }
    const auto made = core::create_private_file(mended);
    if (!made) {
        return made.error();
    }
    auto left_out = write_sound_frames(in, *header, *made);
    ::close(*made);
    return in.bad() ? make_error_code(errc::io) : left_out;
}

} // namespace gatepost::sqlite
