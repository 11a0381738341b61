#include "trial.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <random>

using namespace gatepost;
using namespace gatepost::test;
using consent::action;
using consent::state;

namespace {

constexpr int rounds = 4'000;

const std::array denials{
    std::string("klaro={\"tiktok\":false}"),
    std::string("CookieConsent=0"),
    std::string("cmplz_marketing=deny; cmplz_banner-status=dismissed"),
    denied_cookie,
    std::string("gpcsignal=true"),
    std::string("usprivacy=1YYN"),
    "OTGPPConsent=" + std::string(gpp_opted_out),
    "euconsent-v2=" + std::string(tcf_denied),
};

const std::array cookies{
    std::string("klaro={\"tiktok\":true}"),
    std::string("klaro={\"matomo\":true}"),
    std::string("klaro={"),
    std::string("CookieConsent=-1"),
    std::string("CookieConsent={marketing:true%2Cmethod:'explicit'%2Cutc:1790000000000}"),
    std::string("CookieConsent={marketing:true%2Cmethod:'explicit'%2Cutc:1390000000000}"),
    std::string("tarteaucitron=!tiktok=wait"),
    std::string("OptanonConsent=groups=C0004%3A1"),
    std::string("OptanonConsent=groups=C0004%3A0"),
    std::string("OptanonConsent=groups=C0004%3A1&AwaitingReconsent=true&interactionCount=1"),
    std::string("OptanonAlertBoxClosed=2026-10-01T00:00:00Z"),
    std::string("OptanonAlertBoxClosed=2016-10-01T00:00:00Z"),
    std::string("cc_cookie={\"categories\":[\"ads\"]}"),
    std::string("cc_cookie={\"categories\":[\"ads\"],\"expirationTime\":1}"),
    std::string("gatepost_consent=v1.m:i.s:1790000000.src:x"),
    std::string("gatepost_consent=v1.m:1.s:1999999999.src:x"),
    std::string("gatepost_consent=x"),
    std::string("euconsent-v2=C"),
    "euconsent-v2=" + std::string(tcf_granted),
    "euconsent-v2=" + std::string(tcf_undisclosed),
    "__gpp=" + std::string(gpp_kept),
    std::string("__gpp_sid=7"),
    std::string("__gpp_sid=-1"),
    std::string("usprivacy=1YNN"),
    std::string("usprivacy=1---"),
    std::string("usprivacy=x"),
    std::string("_ttp=2abc"),
    granted_cookie,
};

// A visitor out of a numbered world: the same number, the same visitor.
class world {
  public:
    explicit world(unsigned seed) : random_(seed) {}

    std::vector<std::string> some_cookies() {
        std::vector<std::string> chosen;
        for (auto left = below(5); left > 0; --left) {
            chosen.push_back(below(4) == 0 ? denials[below(denials.size())]
                                           : cookies[below(cookies.size())]);
        }
        return chosen;
    }

    std::string_view some_country() {
        static constexpr std::array<std::string_view, 6> known{"DE", "US", "FR", "AU", "XX", ""};
        return known[below(known.size())];
    }

    consent::options some_options() {
        consent::options chosen;
        chosen.us_opt_out_limited = below(2) == 0;
        chosen.gpc =
            below(2) == 0 ? consent::gpc_scope::everywhere : consent::gpc_scope::opt_out_regimes;
        chosen.regime.fallback = below(4) == 0 ? consent::regime::opt_out : consent::regime::opt_in;
        return chosen;
    }

    void shuffle(std::vector<std::string>& list) { std::ranges::shuffle(list, random_); }

    std::size_t below(std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_);
    }

  private:
    std::mt19937 random_;
};

std::string join(const std::vector<std::string>& list) {
    std::string header;
    for (const auto& cookie : list) {
        header += (header.empty() ? "" : "; ") + cookie;
    }
    return header;
}

std::string shown(const consent::decision& verdict) {
    core::json::writer out;
    out.begin_object();
    consent::write_summary(out, verdict);
    out.key("findings");
    consent::write_findings(out, verdict);
    out.end_object();
    return out.take();
}

} // namespace

TEST_CASE("property: without an explicit grant only an opt-out regime sends") {
    int sent = 0;
    for (unsigned seed = 0; seed < rounds; ++seed) {
        world from(seed);
        const auto header = join(from.some_cookies());
        const auto verdict = decide(visitor(from.some_country(), header), from.some_options());
        const bool has_grant = std::ranges::any_of(
            verdict.findings, [](const auto& f) { return f.state == state::granted; });
        if (verdict.sends() && !has_grant) {
            INFO("seed " << seed << ": " << header);
            REQUIRE(verdict.jurisdiction.regime == consent::regime::opt_out);
        }
        sent += verdict.sends() ? 1 : 0;
    }
    // The claim is empty if nothing, or everything, is sent.
    CHECK(sent > rounds / 10);
    CHECK(sent < rounds * 9 / 10);
}

TEST_CASE("property: one more denial never turns a drop into a send") {
    for (unsigned seed = 0; seed < rounds; ++seed) {
        world from(seed);
        auto list = from.some_cookies();
        const auto country = from.some_country();
        const auto gate = make_gate(from.some_options());
        const auto header = join(list);
        const auto before = gate.decide(visitor(country, header), {}, now);
        list.push_back(denials[from.below(denials.size())]);
        const auto with_denial = join(list);
        const auto after = gate.decide(visitor(country, with_denial), {}, now);
        INFO("seed " << seed << ": " << with_denial);
        REQUIRE((before.sends() || !after.sends()));
        if (after.action == action::send) {
            REQUIRE(before.action == action::send);
        }
    }
}

TEST_CASE("property: a denial of the registry, a token or an application never frees a drop") {
    const std::array known{
        consent::finding{.from = consent::origin::registry,
                         .source = "registry",
                         .format = "registry",
                         .state = state::denied,
                         .at = now_seconds},
        consent::finding{.from = consent::origin::registry,
                         .source = "registry",
                         .format = "gpc",
                         .state = state::denied,
                         .meaning = consent::objection::gpc,
                         .at = now_seconds},
        consent::finding{.from = consent::origin::token,
                         .source = "token",
                         .format = "token",
                         .state = state::denied},
        consent::finding{.from = consent::origin::token,
                         .source = "token",
                         .format = "token",
                         .state = state::unreadable},
    };
    for (unsigned seed = 0; seed < rounds; ++seed) {
        world from(seed);
        const auto header = join(from.some_cookies());
        const auto country = from.some_country();
        const auto gate = make_gate(from.some_options());
        const auto before = gate.decide(visitor(country, header), {}, now);
        consent::beside more;
        more.known.push_back(known[from.below(known.size())]);
        const auto after = gate.decide(visitor(country, header), more, now);
        auto denying = visitor(country, header);
        denying.claims = {{"marketing", "denied"}};
        INFO("seed " << seed << ": " << header);
        REQUIRE((before.sends() || !after.sends()));
        REQUIRE_FALSE(gate.decide(denying, {}, now).sends());
    }
}

TEST_CASE("property: the order of cookies never matters") {
    for (unsigned seed = 0; seed < rounds; ++seed) {
        world from(seed);
        auto list = from.some_cookies();
        const auto country = from.some_country();
        const auto gate = make_gate(from.some_options());
        const auto one = join(list);
        from.shuffle(list);
        const auto other = join(list);
        INFO("seed " << seed << ": " << one);
        REQUIRE(shown(gate.decide(visitor(country, one), {}, now)) ==
                shown(gate.decide(visitor(country, other), {}, now)));
    }
}

TEST_CASE("property: limited sending happens in the United States only") {
    int limited = 0;
    for (unsigned seed = 0; seed < rounds; ++seed) {
        world from(seed);
        const auto header = join(from.some_cookies());
        const auto verdict = decide(visitor(from.some_country(), header), from.some_options());
        if (verdict.action == action::send_limited) {
            ++limited;
            INFO("seed " << seed << ": " << header);
            REQUIRE(verdict.jurisdiction.country == "US");
            REQUIRE(verdict.rule == consent::rule::opt_out_signal);
        }
    }
    CHECK(limited > 0);
}

TEST_CASE("property: bytes of any kind are judged, never trouble") {
    const auto gate = make_gate();
    static constexpr std::string_view alphabet = "{}[]'\"\\:,=;%27B &!.-+01aeTZ\x01\xff";
    for (unsigned seed = 0; seed < rounds; ++seed) {
        world from(seed);
        std::string header;
        for (const auto* name :
             {"CookieConsent=", ";klaro=", ";cc_cookie=", ";OptanonConsent=groups="}) {
            header += name;
            for (auto left = from.below(24); left > 0; --left) {
                header += alphabet[from.below(alphabet.size())];
            }
        }
        const auto verdict = gate.decide(visitor("DE", header), {}, now);
        INFO("seed " << seed);
        REQUIRE_FALSE(verdict.sends());
        REQUIRE(core::json::parse(shown(verdict)).has_value());
    }
}
