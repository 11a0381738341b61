#include <gatepost/ingest/silence_watch.hpp>
#include <gatepost/observe/log.hpp>

namespace gatepost::ingest {
namespace {

// Fewer may be chance: a few visitors who have not chosen yet.
constexpr std::uint64_t enough = 20;

bool is_silent(const consent::decision& decision) {
    return decision.rule == consent::rule::opt_in_default && decision.findings.empty();
}

} // namespace

bool silence_watch::note(const judgement& judged) {
    bool warned = false;
    for (const auto& each : judged.verdicts) {
        if (!each.decision) {
            continue;
        }
        {
            const std::lock_guard lock(mutex_);
            auto& seen = tallies_[each.pixel];
            if (seen.settled) {
                continue;
            }
            seen.silent += is_silent(*each.decision) ? 1 : 0;
            seen.settled = !is_silent(*each.decision) || seen.silent >= enough;
            if (!seen.settled || !is_silent(*each.decision)) {
                continue;
            }
        }
        observe::log(observe::level::warn,
                     "every event that came by TikTok's routes was dropped because nothing told "
                     "whether the visitor consented: let the request carry the visitor's cookies, "
                     "or put `visitor` or `consent` into each event",
                     {{"pixel", each.pixel}, {"events", enough}});
        warned = true;
    }
    return warned;
}

} // namespace gatepost::ingest
