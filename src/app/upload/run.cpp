#include "run.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace gatepost::app {
namespace {

namespace asio = boost::asio;

void demand(const core::error_code& failure, const std::string& file) {
    if (failure) {
        throw std::runtime_error(file + ": " + failure.message());
    }
}

} // namespace

upload_run::upload_run(const upload_parts& parts, upload_plan plan, upload_progress progress)
    : parts_(parts), plan_(std::move(plan)), progress_(std::move(progress)),
      rejected_(plan_.rejected_file), rows_before_(progress_.so_far.rows()) {}

asio::awaitable<upload_run::end> upload_run::run() {
    chunker chunks(parts_.rows);
    while (const auto next = chunks.next()) {
        auto rejected = next->rejected;
        const auto posted = co_await deliver(*next, rejected);
        if (posted != end::done) {
            co_return posted;
        }
        account(*next, rejected);
    }
    progress_.at = parts_.rows.position();
    progress_.finished = true;
    keep();
    co_return end::done;
}

// Adds to the tally only what was answered.
asio::awaitable<upload_run::end> upload_run::deliver(const chunk& next,
                                                     std::vector<rejected_row>& rejected) {
    if (parts_.to.interrupted()) {
        co_return end::interrupted;
    }
    if (next.lines.empty()) {
        co_return end::done;
    }
    auto answer = co_await parts_.to.post(plan_.dry_run ? "/v1/explain" : "/v1/events", next.body,
                                          plan_.key + '-' + std::to_string(next.begin.offset));
    switch (answer.what) {
    case post_end::kind::answered:
        break;
    case post_end::kind::interrupted:
        co_return end::interrupted;
    case post_end::kind::unavailable:
        parts_.display.note(answer.text);
        co_return end::unavailable;
    case post_end::kind::refused:
        parts_.display.note("refused: " + answer.text);
        co_return end::refused;
    }
    if (!add_answer(answer.text, next, progress_.so_far, rejected)) {
        parts_.display.note("what answers there is no Gatepost");
        co_return end::refused;
    }
    co_return end::done;
}

void upload_run::account(const chunk& answered, const std::vector<rejected_row>& rejected) {
    // What an earlier upload left stays until this one has been answered.
    if (!plan_.rejected_file.empty() && !answered_) {
        demand(rejected_.go_on(progress_.rejected_bytes), rejected_.path());
    }
    answered_ = true;
    progress_.so_far.rejected += answered.rejected.size();
    progress_.at = answered.end;
    if (plan_.rejected_file.empty()) {
        show_rejected(rejected);
    } else {
        demand(rejected_.append(rejected), rejected_.path());
        progress_.rejected_bytes = rejected_.bytes();
    }
    keep();
    parts_.display.show(answered.end.offset, progress_.so_far.rows() - rows_before_,
                        std::chrono::steady_clock::now());
}

void upload_run::show_rejected(const std::vector<rejected_row>& rows) {
    constexpr std::uint64_t most = 20;
    for (const auto& row : rows) {
        if (shown_ == most) {
            return;
        }
        ++shown_;
        parts_.display.note("line " + std::to_string(row.line) + ": " +
                            (row.error.path.empty() ? "" : row.error.path + ": ") +
                            row.error.message);
    }
}

void upload_run::keep() {
    if (!plan_.progress_file.empty()) {
        demand(save_progress(plan_.progress_file, progress_), plan_.progress_file);
    }
}

} // namespace gatepost::app
