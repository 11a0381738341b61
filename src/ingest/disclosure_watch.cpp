#include <gatepost/ingest/disclosure_watch.hpp>
#include <gatepost/observe/log.hpp>

namespace gatepost::ingest {
namespace {

// Fewer may be chance: visitors with old strings.
constexpr std::uint64_t enough = 100;

bool is_power_of_ten(std::uint64_t count) {
    while (count % 10 == 0 && count > 1) {
        count /= 10;
    }
    return count == 1;
}

} // namespace

bool disclosure_tally::never_disclosed() const {
    return disclosed == 0 && not_disclosed >= enough;
}

void disclosure_watch::note(std::string_view pixel, consent::disclosure said) {
    disclosure_tally now;
    {
        const std::lock_guard lock(mutex_);
        auto found = tallies_.find(pixel);
        if (found == tallies_.end()) {
            found = tallies_.emplace(std::string(pixel), disclosure_tally{}).first;
        }
        auto& tally = found->second;
        switch (said) {
        case consent::disclosure::disclosed:
            ++tally.disclosed;
            break;
        case consent::disclosure::not_disclosed:
            ++tally.not_disclosed;
            break;
        case consent::disclosure::unreadable:
            ++tally.unreadable;
            break;
        }
        now = tally;
    }
    if (said == consent::disclosure::not_disclosed && now.never_disclosed() &&
        is_power_of_ten(now.not_disclosed)) {
        observe::log(observe::level::warn,
                     "no TC string discloses the vendor: this site's consent platform does not ask "
                     "for it, so none of these visitors can consent (consent.tcf.vendor)",
                     {{"pixel", pixel}, {"tc_strings", now.not_disclosed}});
    }
}

std::map<std::string, disclosure_tally, std::less<>> disclosure_watch::tallies() const {
    const std::lock_guard lock(mutex_);
    return tallies_;
}

} // namespace gatepost::ingest
