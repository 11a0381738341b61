#include "verdict.hpp"

#include <algorithm>
#include <tuple>

namespace gatepost::consent {
namespace {

// Clocks of browsers are wrong by hours, not by days.
constexpr auto tolerated_future = std::chrono::hours(24);

// The order in which findings are listed and looked for: by origin, then the newest first. What is
// equal in both is ordered by what it says, so that the order of cookies never matters.
bool comes_first(const finding& a, const finding& b) {
    return std::tie(a.from, b.at, a.source, a.format, a.state, a.detail) <
           std::tie(b.from, a.at, b.source, b.format, b.state, b.detail);
}

class judgement {
  public:
    judgement(std::vector<finding> findings, jurisdiction where, const options& chosen,
              core::wall_time now)
        : chosen_(chosen), now_(core::to_seconds(now)), max_age_(chosen.max_age) {
        if (const auto own = chosen.max_age_by_country.find(where.country);
            own != chosen.max_age_by_country.end()) {
            max_age_ = own->second;
        }
        result_.jurisdiction = std::move(where);
        result_.findings = std::move(findings);
        judge_times();
        std::ranges::sort(result_.findings, comes_first);
    }

    decision decide() && {
        apply_rules();
        return std::move(result_);
    }

  private:
    void judge_times() {
        for (auto& f : result_.findings) {
            if (f.state != state::granted) {
                continue;
            }
            if (f.at && *f.at > now_ + tolerated_future) {
                f.state = state::undecided;
                f.detail = "time in the future";
            } else if (too_old(f)) {
                f.detail = "older than max_age";
            } else if (run_out(f)) {
                f.detail = "past the platform's own expiry";
            } else if (f.at && *f.at <= now_ &&
                       (!result_.granted_at || *f.at > *result_.granted_at)) {
                // A time ahead of our clock cannot be compared with that of a withdrawal: it counts
                // as none.
                result_.granted_at = f.at;
            }
        }
        for (auto& f : result_.findings) {
            if (is_withdrawal(f) && f.at && result_.granted_at && *result_.granted_at > *f.at) {
                f.state = state::undecided;
                f.detail = "lifted by a later grant";
            }
        }
    }

    // A choice that the registry holds. Recorded GPC is no withdrawal.
    static bool is_withdrawal(const finding& f) {
        return f.from == origin::registry && f.state == state::denied &&
               f.meaning == objection::refusal;
    }

    static auto denied_by(objection meaning) {
        return [meaning](const finding& f) {
            return f.state == state::denied && f.meaning == meaning;
        };
    }

    bool too_old(const finding& f) const { return f.at && *f.at < now_ - max_age_; }
    bool run_out(const finding& f) const { return f.expires && *f.expires <= now_; }

    template <class Predicate>
    const finding* first(Predicate&& wanted) const {
        const auto found = std::ranges::find_if(result_.findings, wanted);
        return found == result_.findings.end() ? nullptr : &*found;
    }

    const finding* first_in(state wanted) const {
        return first([&](const finding& f) { return f.state == wanted; });
    }

    void set(rule why, action what, const finding* because) {
        result_.rule = why;
        result_.action = what;
        if (because != nullptr) {
            result_.source = because->source;
            result_.format = because->format;
        }
    }

    // California's 11 CCR 7025 makes GPC an opt-out; elsewhere it yields to the visitor's own yes.
    bool gpc_counts(bool has_grant) const {
        return !has_grant || chosen_.gpc == gpc_scope::everywhere || opts_out() ||
               !result_.jurisdiction.country_known;
    }

    // Limited sending stands in for what would be sent in full without the opt-out.
    action after_opt_out(bool has_grant) const {
        const bool would_send = has_grant || first_in(state::unreadable) == nullptr;
        return chosen_.us_opt_out_limited && opts_out() && would_send &&
                       result_.jurisdiction.country == "US"
                   ? action::send_limited
                   : action::drop;
    }

    bool opts_out() const { return result_.jurisdiction.regime == regime::opt_out; }

    // An opt-out under US law always counts, GPC where the law makes it one.
    const finding* opt_out_signal(bool has_grant) const {
        return first([&](const finding& f) {
            return f.state == state::denied &&
                   (f.meaning == objection::us_opt_out ||
                    (f.meaning == objection::gpc && gpc_counts(has_grant)));
        });
    }

    // The table of docs/consent.md, row by row: the first that applies decides.
    void apply_rules() {
        const auto* grant = first([&](const finding& f) {
            return f.state == state::granted && !too_old(f) && !run_out(f);
        });
        if (const auto* f = first(is_withdrawal)) {
            return set(rule::withdrawn, action::drop, f);
        }
        if (const auto* f = first(denied_by(objection::minor))) {
            return set(rule::known_minor, action::drop, f);
        }
        if (const auto* f = first(denied_by(objection::refusal))) {
            return set(rule::explicit_denial, action::drop, f);
        }
        if (const auto* f = opt_out_signal(grant != nullptr)) {
            return set(rule::opt_out_signal, after_opt_out(grant != nullptr), f);
        }
        if (grant != nullptr) {
            return set(rule::explicit_grant, action::send, grant);
        }
        if (const auto* f = first_in(state::unreadable)) {
            return set(rule::unreadable, action::drop, f);
        }
        if (opts_out()) {
            return set(rule::opt_out_default, action::send, nullptr);
        }
        if (const auto* f = first_in(state::granted)) {
            return set(rule::grant_expired, action::drop, f);
        }
        return set(rule::opt_in_default, action::drop, nullptr);
    }

    const options& chosen_;
    std::chrono::sys_seconds now_;
    std::chrono::seconds max_age_;
    decision result_;
};

} // namespace

decision judge(std::vector<finding> findings, jurisdiction where, const options& chosen,
               core::wall_time now) {
    return judgement(std::move(findings), std::move(where), chosen, now).decide();
}

} // namespace gatepost::consent
