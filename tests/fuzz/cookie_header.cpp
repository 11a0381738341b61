// Whatever stands in a Cookie header, nothing but an explicit grant sends where consent comes
// first.

#include <gatepost/consent/gate.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

using namespace gatepost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const consent::gate gate({}, consent::catalog::built_in());
    const core::wall_time now(std::chrono::milliseconds(1'795'348'800'000));
    const consent::signals from{.cookie = {reinterpret_cast<const char*>(data), size},
                                .country = "DE"};
    const auto verdict = gate.decide(from, nullptr, now);
    const auto is = [](consent::state wanted) {
        return [wanted](const consent::finding& each) { return each.state == wanted; };
    };
    if (verdict.sends() && (std::ranges::none_of(verdict.findings, is(consent::state::granted)) ||
                            verdict.rule != consent::rule::explicit_grant)) {
        std::abort();
    }
    return 0;
}
