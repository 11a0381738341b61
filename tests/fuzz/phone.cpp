// Whatever is given as a phone number becomes E.164 that stays as it is, or a reason why not. The
// region to read it in stands before the first `|`.

#include "check.hpp"

#include <gatepost/core/text.hpp>
#include <gatepost/identity/normalise.hpp>

#include <cstdint>

using namespace gatepost;
using fuzz::check;
using identity::normalise_phone;
using identity::phone_problem;

namespace {

// ITU-T E.164: a country code, which never begins with 0, and 15 digits in all.
bool is_e164(std::string_view text) {
    constexpr std::size_t longest = 16; // with the plus
    return text.size() > 2 && text.size() <= longest && text.starts_with('+') && text[1] != '0' &&
           std::ranges::all_of(text.substr(1), core::is_digit);
}

bool is(const core::result<std::string, phone_problem>& read, std::string_view wanted) {
    return read.has_value() && *read == wanted;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto region = core::next_field(text, '|');
    const auto read = normalise_phone(text, region);
    const auto abroad = normalise_phone(text, "");
    if (!read) {
        check(!identity::to_string(read.error()).empty());
        // A number that needs no region is read in each, also in one that does not exist.
        check(!abroad);
        return 0;
    }
    check(is_e164(*read));
    check(!abroad || *abroad == *read);
    check(abroad || abroad.error() == phone_problem::no_region);
    for (const std::string_view other : {region, std::string_view(), std::string_view("DE")}) {
        check(is(normalise_phone(*read, other), *read));
    }
    check(is(normalise_phone(text, core::lower(region)), *read));
    check(is(normalise_phone(" " + std::string(text) + "\t", region), *read));
    return 0;
}
