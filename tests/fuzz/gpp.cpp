// Whatever stands in a GPP string: a US section never grants, reading fewer sections never finds
// more, and a TC string means in it what it means alone.

#include "formats/gpp.hpp"

#include "check.hpp"
#include "formats/tcf.hpp"

#include <cstdint>
#include <string>

using namespace gatepost;
using fuzz::check;

namespace {

bool denies(const consent::gpp_reading& said) {
    return said.us && said.us->state == consent::state::denied;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto all = consent::read_gpp(text, std::nullopt, {});
    check(all.tcf || all.us);
    check(!all.us || all.us->state != consent::state::granted);
    check(!all.us || all.us->us_opt_out == denies(all));
    bool some_denies = false;
    bool some_gpc = false;
    bool some_child = false;
    for (std::int64_t id = 0; id <= 30; ++id) {
        const auto one = consent::read_gpp(text, std::span(&id, 1), {});
        some_denies |= denies(one);
        some_gpc |= one.gpc;
        some_child |= one.known_child;
    }
    check(some_denies == denies(all));
    check(some_gpc == all.gpc && some_child == all.known_child);
    // As the only section, after the header for section 2.
    const auto alone = consent::read_gpp("DBABMA~" + std::string(text), std::nullopt, {});
    if (alone.tcf) {
        check(alone.tcf->state == consent::read_tcf(text, {}).state);
    }
    return 0;
}
