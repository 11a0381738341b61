// Whatever stands in a US Privacy, Consent Mode or Additional Consent string: only gcd and
// Additional Consent can grant, only US Privacy opts out, and what grants says so in plain sight.

#include "check.hpp"
#include "formats/additional_consent.hpp"
#include "formats/consent_mode.hpp"
#include "formats/us_privacy.hpp"

#include <array>
#include <cstdint>

using namespace gatepost;
using consent::state;
using fuzz::check;

namespace {

bool grants(const consent::reading& said) {
    return said.state == state::granted;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);

    const auto us_privacy = consent::read_us_privacy(text);
    check(!grants(us_privacy));
    check(us_privacy.us_opt_out == (us_privacy.state == state::denied));

    const auto gcs = consent::read_gcs(text);
    check(!grants(gcs) && !gcs.us_opt_out);

    constexpr std::string_view by_the_visitor = "rnv";
    if (grants(consent::read_gcd(text))) {
        check(text.size() > 8 && by_the_visitor.find(text[2]) != by_the_visitor.npos &&
              by_the_visitor.find(text[6]) != by_the_visitor.npos);
    }

    constexpr std::array both{35, 41};
    constexpr std::array one{35};
    const auto of_both = consent::read_additional_consent(text, both);
    const auto of_one = consent::read_additional_consent(text, one);
    check(!grants(of_both) || grants(of_one));
    check(!grants(of_one) || text.find("35") != text.npos);
    check((of_both.state == state::unreadable) == (of_one.state == state::unreadable));
    return 0;
}
