// Reads what tcf.mjs or gpp.mjs print and compares it with what Gatepost's readers say.
//
//   node tcf.mjs 1 5000 | consent_oracle tcf 5000
#include "formats/gpp.hpp"
#include "formats/tc_string.hpp"
#include "formats/tcf.hpp"

#include <gatepost/core/json.hpp>
#include <gatepost/core/text.hpp>

#include <iostream>
#include <string>
#include <vector>

using namespace gatepost;
using core::json::value;

namespace {

// What is to be expected and what came, named by its field; says whether they agree.
class comparison {
  public:
    template <class T>
    void same(std::string_view field, const T& expected, const T& actual) {
        if (expected != actual) {
            different_ += std::string(different_.empty() ? "" : ", ") + std::string(field);
        }
    }
    const std::string& different() const { return different_; }

  private:
    std::string different_;
};

std::vector<int> numbers(value list) {
    std::vector<int> result;
    list.each_element([&](value each) { result.push_back(static_cast<int>(*each.integer())); });
    return result;
}

std::string name_of(const std::optional<consent::reading>& said) {
    return said ? std::string(consent::to_string(said->state)) : std::string();
}

consent::tcf_options options_of(value wanted) {
    consent::tcf_options result;
    result.vendor = static_cast<int>(*wanted.find("vendor").integer());
    result.consent = numbers(wanted.find("consent"));
    result.legitimate_interest = numbers(wanted.find("interest"));
    result.flexible = numbers(wanted.find("flexible"));
    if (wanted.find("not_disclosed").text() == "denied") {
        result.vendor_not_disclosed = consent::state::denied;
    }
    return result;
}

// The purposes for which `holds` is true, of the 24 that a string has room for.
template <class Predicate>
std::vector<int> purposes(Predicate&& holds) {
    std::vector<int> result;
    for (int purpose = 1; purpose <= 24; ++purpose) {
        if (holds(purpose)) {
            result.push_back(purpose);
        }
    }
    return result;
}

std::int64_t milliseconds(consent::tc_string::time at) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

unsigned restriction_types(value restrictions, int purpose) {
    unsigned result = 0;
    for (const int type : numbers(restrictions.find(std::to_string(purpose)))) {
        result |= 1U << type;
    }
    return result;
}

void compare_fields(value facts, const consent::tc_string& said, comparison& found) {
    const auto number = [&](std::string_view name) { return *facts.find(name).integer(); };
    const auto flag = [&](std::string_view name) { return *facts.find(name).boolean(); };
    found.same("created", number("created"), milliseconds(said.created));
    found.same("last_updated", number("last_updated"), milliseconds(said.last_updated));
    found.same("policy_version", number("policy_version"), std::int64_t{said.policy_version});
    found.same("service_specific", flag("service_specific"), said.service_specific);
    found.same("purpose_one_treatment", flag("purpose_one_treatment"),
               said.purpose_one_not_disclosed);
    found.same("vendor_consent", flag("vendor_consent"), said.vendor_consent);
    found.same("vendor_interest", flag("vendor_interest"), said.vendor_legitimate_interest);
    found.same("disclosed", facts.find("disclosed").boolean(), said.vendor_disclosed);
    found.same("purpose_consents", numbers(facts.find("purpose_consents")),
               purposes([&](int purpose) { return said.consented(purpose); }));
    found.same("purpose_interests", numbers(facts.find("purpose_interests")),
               purposes([&](int purpose) { return said.legitimate_interest(purpose); }));
    for (int purpose = 1; purpose <= 24; ++purpose) {
        found.same("restrictions", restriction_types(facts.find("restrictions"), purpose),
                   unsigned{said.restrictions[static_cast<std::size_t>(purpose)]});
    }
}

void compare_tcf(value line, comparison& found) {
    const auto text = line.find("text").text();
    const auto wanted = options_of(line.find("wanted"));
    const auto said = consent::parse_tc_string(text, static_cast<unsigned>(wanted.vendor));
    found.same("readable", true, said.has_value());
    if (said) {
        compare_fields(line.find("facts"), *said, found);
    }
    found.same("state", std::string(line.find("state").text()),
               name_of(consent::read_tcf(text, wanted)));
}

void compare_gpp(value line, comparison& found) {
    std::vector<std::int64_t> ids;
    line.find("sections").each_element([&](value id) { ids.push_back(*id.integer()); });
    std::optional<std::span<const std::int64_t>> sections;
    if (line.find("sections").is_array()) {
        sections = ids;
    }
    const auto said = consent::read_gpp(line.find("text").text(), sections, {});
    const auto expected = line.find("expected");
    found.same("tcf", std::string(expected.find("tcf").text()), name_of(said.tcf));
    found.same("us", std::string(expected.find("us").text()), name_of(said.us));
    found.same("gpc", *expected.find("gpc").boolean(), said.gpc);
    found.same("known_child", *expected.find("known_child").boolean(), said.known_child);
    found.same("us_opt_out", expected.find("us").text() == "denied",
               said.us && said.us->us_opt_out);
}

} // namespace

int main(int argc, char** argv) {
    const std::string_view format = argc == 3 ? argv[1] : "";
    const auto wanted = argc == 3 ? core::parse_integer<long>(argv[2]) : std::nullopt;
    if (!wanted || (format != "tcf" && format != "gpp")) {
        std::cerr << "usage: consent_oracle tcf|gpp LINES\n";
        return 64;
    }
    long lines = 0;
    long wrong = 0;
    for (std::string line; std::getline(std::cin, line); ++lines) {
        const auto parsed = core::json::parse(line);
        comparison found;
        if (!parsed) {
            std::cerr << "line " << lines + 1 << ": not JSON\n";
            return 1;
        }
        (format == "tcf" ? compare_tcf : compare_gpp)(parsed->root(), found);
        if (!found.different().empty() && ++wrong <= 10) {
            std::cerr << "line " << lines + 1 << ": " << found.different() << "\n  " << line
                      << "\n";
        }
    }
    std::cout << lines << " strings compared, " << wrong << " differ\n";
    return lines == *wanted && wrong == 0 ? 0 : 1;
}
