// How far an upload has come, for whoever waits for it.
#pragma once

#include "rows.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

namespace gatepost::app {

// A moment of an upload.
struct upload_moment {
    std::uint64_t offset = 0;
    std::optional<std::uint64_t> size; // of the file; nothing for standard input
    std::uint64_t rows = 0;
    double rows_per_second = 0;
    std::optional<std::chrono::seconds> left;
};
// "[#####---------------]  25 %  5000 rows  8210/s  0:12 left".
std::string progress_line(const upload_moment& now);

// On a terminal a line that is written over, else a line for every tenth of the file.
class upload_display {
  public:
    using time = std::chrono::steady_clock::time_point;

    // `from` is what an earlier run has answered: it does not count for the speed.
    upload_display(std::ostream& out, bool terminal, std::optional<std::uint64_t> size,
                   std::uint64_t from, time start)
        : out_(out), terminal_(terminal), size_(size), from_(from), start_(start) {}

    // `rows` of this run.
    void show(std::uint64_t offset, std::uint64_t rows, time now);
    // A line of its own.
    void note(std::string_view text);
    // Leaves the terminal's line as it is.
    void end();

  private:
    std::uint64_t tenth(std::uint64_t offset) const;
    upload_moment moment(std::uint64_t offset, std::uint64_t rows, time now) const;

    std::ostream& out_;
    bool terminal_;
    std::optional<std::uint64_t> size_;
    std::uint64_t from_;
    time start_;
    std::optional<time> drawn_;
    std::optional<std::uint64_t> last_tenth_;
    bool open_line_ = false;
};

} // namespace gatepost::app
