// The cookie `gatepost_consent` says what its form says and nothing else does: no other text is
// read, and a second reader, which knows the form alone, reads the same.

#include "formats/relay_cookie.hpp"

#include "check.hpp"

#include <cstdint>
#include <cstring>
#include <fuzzer/FuzzedDataProvider.h>
#include <string>

using namespace gatepost;
using consent::state;
using fuzz::check;

namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_number(char c) {
    return c >= '0' && c <= '9';
}

// One percent-encoding undone, as encodeURIComponent makes it.
std::string decoded(std::string_view text) {
    std::string plain;
    const auto digit = [](char c) {
        constexpr std::string_view digits = "0123456789abcdef0123456789ABCDEF";
        const auto at = digits.find(c);
        return at == digits.npos ? -1 : static_cast<int>(at % 16);
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool has_two = text[i] == '%' && i + 2 < text.size();
        const int high = has_two ? digit(text[i + 1]) : -1;
        const int low = has_two ? digit(text[i + 2]) : -1;
        if (high >= 0 && low >= 0) {
            plain += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            plain += text[i];
        }
    }
    return plain;
}

// What is read has the form v1.m:<1|0|i>.s:<seconds>.src:<name>, character by character.
void check_form(const std::string& text, const consent::relayed& read) {
    constexpr std::string_view before = "v1.m:";
    constexpr std::string_view between = ".s:";
    constexpr std::string_view source = ".src:";
    check(text.compare(0, before.size(), before) == 0 && text.size() > before.size());
    const char mark = text[before.size()];
    check((mark == '1' && read.state == state::granted) ||
          (mark == '0' && read.state == state::denied) ||
          (mark == 'i' && read.state == state::implied));
    const auto rest = text.substr(before.size() + 1);
    check(rest.compare(0, between.size(), between) == 0);
    const auto digits = rest.substr(between.size(), rest.find(source) - between.size());
    check(!digits.empty() && rest.find(source) != rest.npos);
    const auto name = rest.substr(rest.find(source) + source.size());
    check(!name.empty() && name.size() <= 64 && name.find('\0') == name.npos);
    check(std::all_of(digits.begin(), digits.end(), is_number));
    check(std::to_string(read.at.time_since_epoch().count()) ==
          digits.substr(std::min(digits.find_first_not_of('0'), digits.size() - 1)));
}

// What the page script writes is read as it was meant.
void check_written(FuzzedDataProvider& from) {
    constexpr std::string_view marks = "10i";
    constexpr std::array states{state::granted, state::denied, state::implied};
    const auto chosen = from.ConsumeIntegralInRange<std::size_t>(0, 2);
    const auto at = from.ConsumeIntegralInRange<std::int64_t>(1'000'000'000, 9'999'999'999);
    std::string name = "page";
    for (const char c : from.ConsumeRandomLengthString(40)) {
        name += is_letter(c) || is_number(c) ? std::string(1, c) : "";
    }
    const auto text =
        std::string("v1.m:") + marks[chosen] + ".s:" + std::to_string(at) + ".src:" + name;
    const auto read = consent::parse_relay_cookie(text);
    check(read.has_value() && read->state == states[chosen]);
    check(read->at.time_since_epoch().count() == at);
    for (std::size_t cut = 0; cut < text.size() - name.size() + 1; ++cut) {
        check(!consent::parse_relay_cookie(std::string_view(text).substr(0, cut)));
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view value(reinterpret_cast<const char*>(data), size);
    if (const auto read = consent::parse_relay_cookie(value)) {
        check_form(decoded(value), *read);
    }
    FuzzedDataProvider from(data, size);
    check_written(from);
    return 0;
}
