// One run of `gatepost upload`: chunk after chunk, each one's progress kept before the next.
#pragma once

#include "chunk.hpp"
#include "courier.hpp"
#include "display.hpp"
#include "progress.hpp"
#include "rejected_file.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace gatepost::app {

// What a run works with; all of it outlives the run.
struct upload_parts {
    row_reader& rows; // stands where `progress` says
    courier& to;
    upload_display& display;
};

struct upload_plan {
    std::string key;           // begins the Idempotency-Key of every chunk
    std::string progress_file; // "" when no progress is kept
    std::string rejected_file; // "" when the rows that are not taken are shown instead
    bool dry_run = false;      // asks what would be decided; nothing is sent or kept
};

class upload_run {
  public:
    enum class end { done, interrupted, refused, unavailable };

    upload_run(const upload_parts& parts, upload_plan plan, upload_progress progress);

    // Throws std::runtime_error when the progress or the rejected rows cannot be written: then
    // nothing more is posted.
    boost::asio::awaitable<end> run();
    const upload_progress& progress() const { return progress_; }

  private:
    boost::asio::awaitable<end> deliver(const chunk& next, std::vector<rejected_row>& rejected);
    void account(const chunk& answered, const std::vector<rejected_row>& rejected);
    void show_rejected(const std::vector<rejected_row>& rows);
    void keep();

    upload_parts parts_;
    upload_plan plan_;
    upload_progress progress_;
    rejected_file rejected_;
    std::uint64_t rows_before_;
    bool answered_ = false;   // a chunk of this run
    std::uint64_t shown_ = 0; // rejected rows
};

} // namespace gatepost::app
