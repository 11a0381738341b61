#include "load.hpp"

#include <algorithm>
#include <poll.h>
#include <system_error>

namespace gatepost::campaigns {
namespace {

void wait_for(std::chrono::milliseconds time) {
    poll(nullptr, 0, static_cast<int>(time.count()));
}

} // namespace

// One thread: posts, and posts again what got no answer.
class load::application {
  public:
    application(load& of, std::size_t number, std::uint64_t seed)
        : load_(of), number_(number), dice_(seed) {}

    void run() {
        while (!load_.stopping_) {
            if (!connection_ && !connect()) {
                wait_for(std::chrono::milliseconds(2));
                continue;
            }
            if (again_.empty() && is_enough()) {
                return;
            }
            post_next();
            if (load_.shape_.pause.count() > 0) {
                wait_for(load_.shape_.pause);
            }
        }
    }

  private:
    bool is_enough() const { return load_.account_.acknowledged() >= load_.shape_.most_orders; }

    bool connect() {
        const auto url = load_.doors_.pick(number_);
        if (url.empty()) {
            return false;
        }
        try {
            connection_.emplace(url);
        } catch (const std::system_error&) {
            return false; // it has just died
        }
        return true;
    }

    void post_next() {
        // What is new goes first now and then, so that repeats come late as well.
        const bool repeats = !again_.empty() && (is_enough() || dice_.happens(0.7));
        auto next =
            repeats ? std::move(again_.front()) : compose(load_.account_, dice_, load_.shape_.of);
        if (repeats) {
            again_.pop_front();
        }
        const auto came = post(next);
        switch (enter(load_.account_, next, came)) {
        case reply::accepted:
            consider_withdrawal(next);
            break;
        case reply::refused:
            again_.push_back(std::move(next));
            wait_for(std::chrono::milliseconds(5));
            break;
        case reply::none:
            // Some applications give up.
            if (load_.shape_.of.only_consented || dice_.happens(0.8)) {
                again_.push_back(std::move(next));
            }
            break;
        }
    }

    test::http_answer post(const posting& what) {
        const auto begun = std::chrono::steady_clock::now();
        auto came = connection_->post(what.target, what.body, what.headers);
        if (came.status == 0 || came.headers["connection"] == "close") {
            connection_.reset();
        }
        if (came.status != 0) {
            const auto took = std::chrono::duration_cast<std::chrono::microseconds>(
                std::chrono::steady_clock::now() - begun);
            const std::lock_guard lock(load_.guard_);
            load_.times_.push_back(static_cast<std::uint32_t>(took.count()));
        }
        return came;
    }

    // One order of the request, whose events are acknowledged by now.
    void consider_withdrawal(const posting& accepted) {
        if (!connection_ || !dice_.happens(load_.shape_.withdrawals)) {
            return;
        }
        const auto number = accepted.orders[dice_.below(accepted.orders.size())];
        const auto asks = compose_withdrawal(load_.account_, number);
        load_.account_.withdrawing(number);
        enter_withdrawal(load_.account_, number, post(asks));
    }

    load& load_;
    std::size_t number_;
    dice dice_;
    std::optional<test::http_connection> connection_;
    std::deque<posting> again_;
};

load::load(account& book, const doors& at, std::uint64_t seed, const shape& chosen)
    : account_(book), doors_(at), shape_(chosen), busy_(chosen.applications) {
    dice seeds(seed);
    for (std::size_t i = 0; i < chosen.applications; ++i) {
        threads_.emplace_back([this, i, own = seeds.seed()] { run(i, own); });
    }
}

void load::run(std::size_t number, std::uint64_t seed) {
    application(*this, number, seed).run();
    --busy_;
}

void load::stop() {
    stopping_ = true;
    for (auto& each : threads_) {
        each.join();
    }
    threads_.clear();
}

latencies load::take_latencies() {
    std::vector<std::uint32_t> times;
    {
        const std::lock_guard lock(guard_);
        times.swap(times_);
    }
    std::ranges::sort(times);
    if (times.empty()) {
        return {};
    }
    const auto at = [&](std::size_t percent) {
        return std::chrono::microseconds(times[(times.size() - 1) * percent / 100]);
    };
    return {times.size(), at(50), at(99), at(100)};
}

} // namespace gatepost::campaigns
