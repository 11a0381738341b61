// Whatever stands in a TC string, a consent is there bit by bit: what grants is a whole string,
// which names the vendor, and no part of which that ends inside a segment's fields grants as well.

#include "formats/tcf.hpp"

#include "check.hpp"
#include "formats/tc_string.hpp"

#include <cstdint>

using namespace gatepost;
using fuzz::check;

namespace {

// What is left of the text once the zeros that may be padding are gone from its end.
std::string_view without_padding(std::string_view text) {
    const auto last = text.find_last_not_of("A=");
    return text.substr(0, last == text.npos ? 0 : last + 1);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const consent::tcf_options wanted;
    const auto said = consent::read_tcf(text, wanted);
    check(said.state != consent::state::implied);
    if (said.state != consent::state::granted) {
        return 0;
    }
    const auto parsed = consent::parse_tc_string(text, 986);
    check(parsed && parsed->service_specific && parsed->vendor_consent);
    check(parsed->vendor_disclosed.value_or(true));
    for (const int purpose : wanted.consent) {
        check(parsed->consented(purpose));
    }
    // Without the core's last bit that is set, something is missing: a string of one segment has
    // lost it, and one of several is cut in the middle.
    const auto core = without_padding(text.substr(0, text.find('.')));
    check(!core.empty());
    const auto cut = text.substr(0, core.size() - 1);
    check(consent::read_tcf(cut, wanted).state != consent::state::granted);
    return 0;
}
