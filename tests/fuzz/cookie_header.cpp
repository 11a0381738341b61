// Whatever stands in a Cookie header, what is decided follows from what was found, in whatever
// order the cookies come, and a denial beside it stops everything.

#include "lawful.hpp"

#include <gatepost/consent/gate.hpp>
#include <gatepost/core/text.hpp>

#include <cstdint>
#include <string>

using namespace gatepost;
using fuzz::check;
using fuzz::check_lawful;

namespace {

// Past this many copies of one cookie the rest is not read.
constexpr std::ptrdiff_t most_cookies = 15;

constexpr std::string_view denial = "gatepost_consent=v1.m:0.s:1795300000.src:page";
constexpr std::string_view privacy_control = "gpcsignal=true";

consent::decision decide(std::string_view header, std::string_view country) {
    static const consent::gate gate({}, consent::catalog::built_in());
    return gate.decide({.cookie = header, .country = country}, {}, fuzz::now);
}

std::string reversed(std::string_view header) {
    std::string result;
    while (!header.empty()) {
        result.insert(0, std::string(core::next_field(header, ';')) + ";");
    }
    return result;
}

std::string joined(std::string_view header, std::string_view cookie) {
    return std::string(header).append(", ").append(cookie);
}

std::string with(std::string_view header, std::string_view cookie) {
    return std::string(header).append("; ").append(cookie);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view header(reinterpret_cast<const char*>(data), size);
    const bool has_few =
        std::ranges::count_if(header, [](char c) { return c == ';' || c == ','; }) < most_cookies;
    for (const std::string_view country : {"DE", "US", ""}) {
        const auto verdict = decide(header, country);
        check_lawful(verdict);
        if (!has_few) {
            continue;
        }
        const auto other = decide(reversed(header), country);
        check(verdict.rule == other.rule && verdict.action == other.action);
        check(verdict.source == other.source && verdict.format == other.format);
        check(verdict.findings.size() == other.findings.size());
        check(!decide(with(header, denial), country).sends());
        const auto controlled = decide(with(header, privacy_control), country);
        check_lawful(controlled);
        check(!controlled.sends() || verdict.sends());
        // A denial is seen as well where a gateway joined cookies with commas.
        check(!decide(joined(header, denial), country).sends());
    }
    return 0;
}
