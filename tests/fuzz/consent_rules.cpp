// Whatever an operator writes as rules: errors with a place in what was written, or rules that the
// gate can work with. After a NUL byte stands the value of the cookies that the rules are for.

#include "catalog/cookie_rule.hpp"
#include "lawful.hpp"

#include <gatepost/consent/gate.hpp>
#include <gatepost/core/text.hpp>

#include <cstdint>
#include <string>

using namespace gatepost;
using fuzz::check;
using fuzz::check_lawful;

namespace {

// A cookie for each rule; where the name goes on, it goes on with a digit.
std::string header_for(const consent::catalog& rules, std::string_view value) {
    std::string header;
    for (const auto& rule : rules.rules().rules) {
        header += rule.cookie + (rule.is_prefix ? "7" + rule.suffix : "") + "=";
        header.append(value).append(";");
    }
    return header;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    const auto yaml = core::next_field(rest, '\0');
    consent::catalog rules;
    const auto errors = rules.add_first(yaml);
    const auto lines = std::ranges::count(yaml, '\n') + 2;
    for (const auto& error : errors) {
        check(!error.message.empty());
        check(error.line >= 1 && error.line <= lines && error.column >= 1);
    }
    // One wrong rule and none is added.
    check(errors.empty() || rules.entry_names().empty());
    for (const auto& name : rules.entry_names()) {
        check(!name.empty() && core::lower(name) == name);
    }
    const consent::gate gate({}, rules);
    const auto header = header_for(rules, rest);
    for (const std::string_view country : {"DE", "US"}) {
        check_lawful(gate.decide({.cookie = header, .country = country}, {}, fuzz::now));
    }
    return 0;
}
