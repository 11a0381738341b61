// When the requests of one pixel may go out: what its answers have taught about the upstream, in
// one place. A state machine; it knows no sockets and no clock.
#pragma once

#include <gatepost/core/clock.hpp>
#include <gatepost/core/delivery.hpp>
#include <gatepost/relay/breaker.hpp>
#include <gatepost/relay/options.hpp>
#include <gatepost/relay/pause.hpp>
#include <gatepost/relay/rate_limiter.hpp>
#include <gatepost/relay/retry_budget.hpp>

#include <string>
#include <string_view>

namespace gatepost::relay {

// What came of one request.
struct reply {
    core::delivery meaning;
    core::steady_time sent{}; // when the request went out
    bool answered = true;     // false: no answer came, and the label says why
    std::string detail;       // of that, in the words of the machine
    bool retried = false;     // it carried records that had been tried before
};

class flow_control {
  public:
    explicit flow_control(const options& chosen);
    // What was learnt stays.
    void reconfigure(const options& chosen);

    // When a batch may begin, as far as time decides it.
    core::steady_time opens_at() const;
    // A batch begins with a request: may it? After yes its reply is told, or forget_request().
    bool begin(core::steady_time now);
    // A batch that has begun goes on with a further request: when, and may it?
    core::steady_time goes_on_at() const { return rate_.ready_at(); }
    bool go_on(core::steady_time now);
    // When a batch may carry records that were tried before; long ago when it may. A probe always
    // may.
    core::steady_time retries_at() const;
    // The batch that has begun does. True when it is paid for out of the budget.
    bool pay_for_retry(core::steady_time now);
    // Nothing was sent after all. `paid`: what pay_for_retry() said.
    void forget_request(bool paid);
    // Sending came to grief in this program: no word of the upstream, and yet nothing that should
    // be repeated at once.
    void broke_down(core::steady_time now) { breaker_.failed(now); }

    // No batch begins or goes on, other than to probe, until a time that the upstream has set.
    bool is_barred(core::steady_time now) const;
    // One request at a time is enough to notice that the upstream is back.
    bool is_troubled() const { return breaker_.failures() > 0 || pause_.active(); }
    // The next batch is a probe.
    bool probes() const;
    // The upstream is away or refuses: what goes out next is a probe.
    bool is_cut_off() const { return pause_.active() || breaker_.now() != breaker::state::closed; }

    struct news {
        bool upstream_is_back = false;
        bool pause_begins = false; // or changes its reason
        bool pause_ends = false;
    };
    // `chance` is drawn evenly from [0, 1).
    news learn(const reply& came, core::steady_time now, double chance);
    // A paused pixel is tried again at once.
    void resume(core::steady_time now) { pause_.resume(now); }

    breaker::state breaker_state() const { return breaker_.now(); }
    bool is_paused() const { return pause_.active(); }
    std::string_view pause_reason() const { return pause_.reason(); } // "" when it is not
    double rate() const { return rate_.rate(); }

  private:
    void wait_after(int limited, const core::delivery& answer, core::steady_time now,
                    double chance);

    retry_options retry_;
    breaker breaker_;
    pause pause_;
    rate_limiter rate_;
    retry_budget budget_;
    core::steady_time not_before_ = core::steady_time::min(); // the upstream asked to wait
    int limited_ = 0; // rounds of requests in a row that were too many
};

} // namespace gatepost::relay
