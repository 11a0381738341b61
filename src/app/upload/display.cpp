#include "display.hpp"

#include "printable.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>

namespace gatepost::app {
namespace {

using std::chrono::duration;
using std::chrono::milliseconds;
using std::chrono::seconds;

std::string clock_form(seconds time) {
    std::ostringstream out;
    const auto all = time.count();
    if (all >= 3600) {
        out << all / 3600 << ':' << std::setw(2) << std::setfill('0') << all / 60 % 60;
    } else {
        out << all / 60;
    }
    out << ':' << std::setw(2) << std::setfill('0') << all % 60;
    return std::move(out).str();
}

} // namespace

std::string progress_line(const upload_moment& now) {
    constexpr std::uint64_t width = 20;
    std::ostringstream out;
    if (now.size) {
        const auto whole = std::max<std::uint64_t>(*now.size, 1);
        const auto done = std::min(now.offset, whole);
        const auto marks = static_cast<std::size_t>(done * width / whole);
        out << '[' << std::string(marks, '#') << std::string(width - marks, '-') << "] "
            << std::setw(3) << done * 100 / whole << " %  ";
    }
    out << now.rows << " rows";
    if (now.rows_per_second >= 1) {
        out << "  " << std::llround(now.rows_per_second) << "/s";
    }
    if (now.left) {
        out << "  " << clock_form(*now.left) << " left";
    }
    return std::move(out).str();
}

std::uint64_t upload_display::tenth(std::uint64_t offset) const {
    return size_ ? offset * 10 / std::max<std::uint64_t>(*size_, 1) : 0;
}

upload_moment upload_display::moment(std::uint64_t offset, std::uint64_t rows, time now) const {
    upload_moment shown{.offset = offset, .size = size_, .rows = rows, .left = {}};
    const auto passed = duration<double>(now - start_).count();
    if (passed > 0) {
        shown.rows_per_second = static_cast<double>(rows) / passed;
        const auto bytes_per_second = static_cast<double>(offset - from_) / passed;
        if (size_ && bytes_per_second > 0) {
            const auto rest = static_cast<double>(*size_ - std::min(offset, *size_));
            shown.left = seconds(std::llround(rest / bytes_per_second));
        }
    }
    return shown;
}

void upload_display::show(std::uint64_t offset, std::uint64_t rows, time now) {
    if (terminal_) {
        constexpr auto pause = milliseconds(100);
        const bool last = size_ && offset >= *size_;
        if (last || !drawn_ || now - *drawn_ >= pause) {
            drawn_ = now;
            // The rest of a longer line is taken away.
            out_ << '\r' << progress_line(moment(offset, rows, now)) << "\x1b[K" << std::flush;
            open_line_ = true;
        }
        return;
    }
    if (size_ && (!last_tenth_ || tenth(offset) > *last_tenth_)) {
        const bool first = !last_tenth_;
        last_tenth_ = tenth(offset);
        if (!first || *last_tenth_ > 0) {
            out_ << progress_line(moment(offset, rows, now)) << std::endl;
        }
    }
}

void upload_display::note(std::string_view text) {
    end();
    out_ << "gatepost: " << printable(text) << std::endl;
}

void upload_display::end() {
    if (open_line_) {
        out_ << std::endl;
        open_line_ = false;
    }
}

} // namespace gatepost::app
