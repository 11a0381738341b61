// Every metric the daemon keeps (docs/operations.md lists them). One instance, any thread.
// Labels come from small fixed sets; a pixel that is not configured is "other".
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::observe {

struct spool_gauges {
    std::uint64_t waiting = 0;
    std::uint64_t leased = 0;
    std::uint64_t dead = 0;
    std::uint64_t bytes = 0;
    double oldest_seconds = 0;
};

class metrics {
  public:
    explicit metrics(std::vector<std::string> pixels);
    ~metrics();
    // The pixels of a new configuration, before anything counts for one that is new. What was
    // counted stays, with the labels it has; the breaker and the pause of a pixel that is gone go.
    void configure(std::vector<std::string> pixels);
    // A configuration was read anew: "ok", or "refused" and the old one stays.
    void config_reload(std::string_view result);

    // Way in.
    // An error answered to a request as a whole, by listener ("ingest", "admin", "metrics") and the
    // error's code ("host_not_allowed", "too_large", ...).
    void request_refused(std::string_view listener, std::string_view reason);
    void event(std::string_view outcome, std::string_view pixel);
    void decision(std::string_view action, std::string_view rule, std::string_view source);
    void conflict(std::string_view granted, std::string_view denied);
    // A TC string, by whether it discloses the configured vendor: "disclosed", "not_disclosed" or
    // "unreadable".
    void tcf_string(std::string_view pixel, std::string_view vendor);
    // An identifier that a queued event carries: "email", "ttclid", "ip", ...
    void identifier(std::string_view pixel, std::string_view kind);
    void ingest_took(std::chrono::nanoseconds time);
    // Spool.
    void commit_took(std::chrono::nanoseconds time);
    void spool(const spool_gauges& now);
    void duplicate_keys_pushed_out(std::uint64_t count);
    // Events deleted because their visitor withdrew or is to be forgotten, dead letters too.
    void withdrawn(std::string_view pixel, std::uint64_t count);
    // Ledger.
    void registry_keys(std::uint64_t count); // held now
    void audit_lines_lost(std::uint64_t count);
    // Way out.
    void delivered(std::string_view pixel, std::uint64_t count);
    void late(std::string_view pixel, std::uint64_t count);
    void dead_letters(std::string_view pixel, std::string_view reason, std::uint64_t count);
    void upstream_request(std::string_view pixel, std::string_view outcome);
    void upstream_took(std::chrono::nanoseconds time);
    void upstream_batch(std::size_t events);
    void upstream_connections(std::string_view state, std::int64_t count);
    void upstream_handshake();
    void breaker(std::string_view pixel, int state); // 0 closed, 1 half open, 2 open
    // Nothing is sent for this pixel, and why; "" when it is not paused. One reason at a time.
    void paused(std::string_view pixel, std::string_view reason);

    // Prometheus text format 0.0.4.
    std::string render() const;

  private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace gatepost::observe
