#include "family.hpp"

#include <gatepost/core/version.hpp>
#include <gatepost/observe/metrics.hpp>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <sstream>

namespace gatepost::observe {
namespace {

double seconds(std::chrono::nanoseconds time) {
    return std::chrono::duration<double>(time).count();
}

template <std::size_t N>
using counters = family<prometheus::Counter, N>;
template <std::size_t N>
using gauges = family<prometheus::Gauge, N>;

prometheus::Family<prometheus::Counter>& counter(prometheus::Registry& in, const char* name,
                                                 const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(in);
}
prometheus::Family<prometheus::Gauge>& gauge(prometheus::Registry& in, const char* name,
                                             const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(in);
}
prometheus::Histogram& histogram(prometheus::Registry& in, const char* name, const char* help,
                                 std::vector<double> buckets) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(in).Add({}, buckets);
}

const std::vector<double> latency_buckets{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                          0.1,    0.25,  0.5,    1,     2.5,  5,     10};

} // namespace

struct metrics::state {
    explicit state(std::vector<std::string> configured) : pixels(std::move(configured)) {
        gauge(registry, "gatepost_build_info", "1, with the program's version as label")
            .Add({{"version", std::string(core::version)}, {"commit", std::string(core::commit)}})
            .Set(1);
    }

    bool configured(std::string_view pixel) const {
        const std::shared_lock lock(pixels_mutex);
        return std::ranges::find(pixels, pixel) != pixels.end();
    }
    // A pixel that is not configured may come from anywhere: one label for them all.
    std::string_view label(std::string_view pixel) const {
        return configured(pixel) ? pixel : "other";
    }

    mutable std::shared_mutex pixels_mutex;
    std::vector<std::string> pixels;
    prometheus::Registry registry;

    counters<2> refused{counter(registry, "gatepost_requests_refused_total",
                                "Requests answered with an error as a whole, by its code"),
                        {"listener", "reason"}};
    counters<2> events{counter(registry, "gatepost_events_total", "Events posted, by outcome"),
                       {"outcome", "pixel"}};
    counters<3> decisions{counter(registry, "gatepost_decisions_total",
                                  "Decisions of the gate, by action, rule and deciding source"),
                          {"action", "rule", "source"}};
    counters<2> conflicts{
        counter(registry, "gatepost_conflicts_total",
                "Events whose signals disagree: granted by one, denied by another"),
        {"granted", "denied"}};
    counters<2> tcf_strings{counter(registry, "gatepost_tcf_strings_total",
                                    "TC strings, by whether they disclose the configured vendor"),
                            {"pixel", "vendor"}};
    counters<2> identifiers{counter(registry, "gatepost_identifiers_total",
                                    "Identifiers that queued events carry, by kind"),
                            {"pixel", "kind"}};
    prometheus::Histogram& ingest =
        histogram(registry, "gatepost_ingest_seconds",
                  "Answering a request whose body is there, the commit included", latency_buckets);
    gauges<1> spool_events{
        gauge(registry, "gatepost_spool_events", "Events in the spool, by state"), {"state"}};
    prometheus::Gauge& spool_oldest =
        gauge(registry, "gatepost_spool_oldest_seconds", "Age of the oldest waiting event").Add({});
    prometheus::Gauge& spool_bytes =
        gauge(registry, "gatepost_spool_bytes", "Bytes of waiting and dead events").Add({});
    prometheus::Histogram& commit = histogram(registry, "gatepost_spool_commit_seconds",
                                              "One group commit of the spool", latency_buckets);
    prometheus::Counter& pushed_out =
        counter(registry, "gatepost_duplicate_keys_pushed_out_total",
                "Keys of events forgotten early because of spool.dedupe.max_keys")
            .Add({});
    counters<1> withdrawn{counter(registry, "gatepost_withdrawn_total",
                                  "Events deleted because their visitor withdrew or is to be "
                                  "forgotten, dead letters included"),
                          {"pixel"}};
    prometheus::Gauge& registry_keys =
        gauge(registry, "gatepost_registry_keys", "Keys of visitors in the registry").Add({});
    prometheus::Counter& audit_lost = counter(registry, "gatepost_audit_lines_lost_total",
                                              "Lines of the audit trail that could not be written")
                                          .Add({});
    counters<1> delivered{counter(registry, "gatepost_delivered_total",
                                  "Events the upstream took (HTTP 200 and code 0)"),
                          {"pixel"}};
    counters<1> late{counter(registry, "gatepost_late_total",
                             "Events delivered more than 48 h after they happened"),
                     {"pixel"}};
    counters<2> dead{counter(registry, "gatepost_dead_letters_total", "Dead letters, by reason"),
                     {"pixel", "reason"}};
    counters<2> requests{counter(registry, "gatepost_upstream_requests_total",
                                 "Requests to the upstream, by what came of them"),
                         {"pixel", "outcome"}};
    prometheus::Histogram& upstream = histogram(registry, "gatepost_upstream_seconds",
                                                "One request to the upstream", latency_buckets);
    prometheus::Histogram& batch =
        histogram(registry, "gatepost_upstream_batch_events", "Events in one upstream request",
                  {1, 2, 5, 10, 25, 50, 100, 250, 500, 1000});
    gauges<1> connections{
        gauge(registry, "gatepost_upstream_connections", "Connections to the upstream, by state"),
        {"state"}};
    prometheus::Counter& handshakes =
        counter(registry, "gatepost_upstream_handshakes_total", "TLS handshakes with the upstream")
            .Add({});
    gauges<1> breaker{gauge(registry, "gatepost_breaker_state", "0 closed, 1 half open, 2 open"),
                      {"pixel"}};
    gauges<2> paused{gauge(registry, "gatepost_pixel_paused",
                           "1 while nothing is sent for a pixel, with the reason; else 0"),
                     {"pixel", "reason"}};
    std::map<std::string, std::string, std::less<>> reason_of; // pixels paused now
    // Held while a gauge of a pixel is set, and while those of pixels that are gone are removed.
    std::mutex gauges_mutex;
    counters<1> reloads{counter(registry, "gatepost_config_reloads_total",
                                "Configurations read anew while running, by what came of them"),
                        {"result"}};
};

metrics::metrics(std::vector<std::string> pixels)
    : state_(std::make_unique<state>(std::move(pixels))) {}

metrics::~metrics() = default;

void metrics::configure(std::vector<std::string> pixels) {
    const std::lock_guard lock(state_->gauges_mutex);
    {
        const std::lock_guard exclusive(state_->pixels_mutex);
        state_->pixels = std::move(pixels);
    }
    const auto gone = [this](const auto& labels) { return !state_->configured(labels[0]); };
    state_->breaker.remove(gone);
    state_->paused.remove(gone);
    std::erase_if(state_->reason_of,
                  [this](const auto& one) { return !state_->configured(one.first); });
}
void metrics::config_reload(std::string_view result) {
    state_->reloads.at({result}).Increment();
}

void metrics::request_refused(std::string_view listener, std::string_view reason) {
    state_->refused.at({listener, reason}).Increment();
}
void metrics::event(std::string_view outcome, std::string_view pixel) {
    state_->events.at({outcome, state_->label(pixel)}).Increment();
}
void metrics::decision(std::string_view action, std::string_view rule, std::string_view source) {
    state_->decisions.at({action, rule, source}).Increment();
}
void metrics::conflict(std::string_view granted, std::string_view denied) {
    state_->conflicts.at({granted, denied}).Increment();
}
void metrics::tcf_string(std::string_view pixel, std::string_view vendor) {
    state_->tcf_strings.at({state_->label(pixel), vendor}).Increment();
}
void metrics::identifier(std::string_view pixel, std::string_view kind) {
    state_->identifiers.at({state_->label(pixel), kind}).Increment();
}
void metrics::ingest_took(std::chrono::nanoseconds time) {
    state_->ingest.Observe(seconds(time));
}
void metrics::commit_took(std::chrono::nanoseconds time) {
    state_->commit.Observe(seconds(time));
}
void metrics::spool(const spool_gauges& now) {
    state_->spool_events.at({"waiting"}).Set(static_cast<double>(now.waiting));
    state_->spool_events.at({"leased"}).Set(static_cast<double>(now.leased));
    state_->spool_events.at({"dead"}).Set(static_cast<double>(now.dead));
    state_->spool_bytes.Set(static_cast<double>(now.bytes));
    state_->spool_oldest.Set(now.oldest_seconds);
}
void metrics::duplicate_keys_pushed_out(std::uint64_t count) {
    state_->pushed_out.Increment(static_cast<double>(count));
}
void metrics::withdrawn(std::string_view pixel, std::uint64_t count) {
    state_->withdrawn.at({state_->label(pixel)}).Increment(static_cast<double>(count));
}
void metrics::registry_keys(std::uint64_t count) {
    state_->registry_keys.Set(static_cast<double>(count));
}
void metrics::audit_lines_lost(std::uint64_t count) {
    state_->audit_lost.Increment(static_cast<double>(count));
}
void metrics::delivered(std::string_view pixel, std::uint64_t count) {
    state_->delivered.at({state_->label(pixel)}).Increment(static_cast<double>(count));
}
void metrics::late(std::string_view pixel, std::uint64_t count) {
    state_->late.at({state_->label(pixel)}).Increment(static_cast<double>(count));
}
void metrics::dead_letters(std::string_view pixel, std::string_view reason, std::uint64_t count) {
    state_->dead.at({state_->label(pixel), reason}).Increment(static_cast<double>(count));
}
void metrics::upstream_request(std::string_view pixel, std::string_view outcome) {
    state_->requests.at({state_->label(pixel), outcome}).Increment();
}
void metrics::upstream_took(std::chrono::nanoseconds time) {
    state_->upstream.Observe(seconds(time));
}
void metrics::upstream_batch(std::size_t events) {
    state_->batch.Observe(static_cast<double>(events));
}
void metrics::upstream_connections(std::string_view state, std::int64_t count) {
    state_->connections.at({state}).Set(static_cast<double>(count));
}
void metrics::upstream_handshake() {
    state_->handshakes.Increment();
}
// A pixel that is not configured has neither a breaker nor a pause to look at.
void metrics::breaker(std::string_view pixel, int state) {
    const std::lock_guard lock(state_->gauges_mutex);
    if (state_->configured(pixel)) {
        state_->breaker.at({pixel}).Set(state);
    }
}
// The reason that is over goes to 0 and stays: a series that vanished would leave alerts guessing.
void metrics::paused(std::string_view pixel, std::string_view reason) {
    const std::lock_guard lock(state_->gauges_mutex);
    if (!state_->configured(pixel)) {
        return;
    }
    if (const auto before = state_->reason_of.find(pixel); before != state_->reason_of.end()) {
        state_->paused.at({pixel, before->second}).Set(0);
        state_->reason_of.erase(before);
    }
    if (!reason.empty()) {
        state_->paused.at({pixel, reason}).Set(1);
        state_->reason_of.emplace(pixel, reason);
    }
}

std::string metrics::render() const {
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, state_->registry.Collect());
    return std::move(out).str();
}

} // namespace gatepost::observe
