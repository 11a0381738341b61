#include "calling_codes.hpp"
#include "national_plans.hpp"
#include "phone_text.hpp"

#include <gatepost/core/text.hpp>
#include <gatepost/identity/normalise.hpp>

#include <optional>

namespace gatepost::identity {
namespace {

// The shortest numbers in use (Niue, Tokelau) have seven digits with the code; E.164 allows 15.
constexpr std::size_t fewest_digits = 7;
constexpr std::size_t most_digits = 15;

using reading = std::optional<std::string>;

bool is_possible(std::string_view code, std::string_view number) {
    if (code == "1") { // North America (NANPA)
        return matches(number, "NXXNXXXXXX");
    }
    if (code == "7") { // Russia and Kazakhstan
        return matches(number, "ZXXXXXXXXX");
    }
    if (code == "52" || code == "370") { // Mexico, Lithuania: a trunk prefix makes them longer
        return number.size() == (code == "52" ? 10U : 8U);
    }
    const auto size = code.size() + number.size();
    return size >= fewest_digits && size <= most_digits;
}

// Digits that begin with a country code. `in_brackets` is where a "(0)" stands in them.
reading international(std::string_view digits, std::optional<std::size_t> in_brackets) {
    const auto code = calling_code_of(digits);
    auto number = digits.substr(code.digits.size());
    if (code.digits.empty() || (in_brackets && *in_brackets != code.digits.size())) {
        return std::nullopt;
    }
    if (number.starts_with('0')) {
        if (code.first == zero::trunk) {
            number.remove_prefix(1);
        }
        // One that is left is a second one, in brackets where zeros may belong to the number, or
        // where no number begins so.
        if (number.starts_with('0') && (code.first != zero::stays || in_brackets)) {
            return std::nullopt;
        }
    }
    if (!is_possible(code.digits, number)) {
        return std::nullopt;
    }
    return std::string("+").append(code.digits).append(number);
}

// Every way to read the same digits.
class readings {
  public:
    void add(reading one, bool certain = true) {
        if (one) {
            ambiguous_ = ambiguous_ || (found_ && *found_ != *one);
            certain_ = certain_ || certain;
            found_ = std::move(one);
        }
    }
    reading only() && { return certain_ && !ambiguous_ ? std::move(found_) : std::nullopt; }

  private:
    reading found_;
    bool certain_ = false;
    bool ambiguous_ = false;
};

// What stands after the region's international prefix.
reading dialled_abroad(const phone_text& text, std::string_view exit) {
    auto zero = text.zero_in_brackets;
    if (exit.empty() || !text.digits.starts_with(exit) || (zero && *zero <= exit.size())) {
        return std::nullopt;
    }
    if (zero) {
        *zero -= exit.size();
    }
    return international(std::string_view(text.digits).substr(exit.size()), zero);
}

// A number without plus, if there is exactly one way to read it in the region.
reading national(const phone_text& text, const national_plan& plan) {
    readings all;
    all.add(dialled_abroad(text, plan.exit));
    // A "(0)" further on is a trunk prefix after a country code.
    if (text.zero_in_brackets.value_or(0) > 0) {
        return std::move(all).only();
    }
    const std::string_view digits = text.digits;
    const auto add_behind = [&](std::string_view prefix, std::string_view patterns, bool certain) {
        if (digits.starts_with(prefix) && matches(digits.substr(prefix.size()), patterns)) {
            all.add(std::string("+").append(plan.code).append(digits.substr(prefix.size())),
                    certain);
        }
    };
    for (const auto prefix : {std::string_view(), plan.trunk, plan.code}) {
        add_behind(prefix, plan.patterns, true);
        // Without a prefix it may be such a number, or a subscriber's without the area.
        add_behind(prefix, plan.with_trunk, !prefix.empty());
    }
    return std::move(all).only();
}

} // namespace

std::string_view to_string(phone_problem problem) {
    switch (problem) {
    case phone_problem::no_region:
        return "no country code and no region";
    case phone_problem::unknown_region:
        return "no country code, and national numbers of the region are not available yet";
    case phone_problem::not_a_number:
        break;
    }
    return "not certain to be a phone number";
}

core::result<std::string, phone_problem> normalise_phone(std::string_view text,
                                                         std::string_view region) {
    const auto read = read_phone_text(text);
    if (!read || read->digits.empty()) {
        return phone_problem::not_a_number;
    }
    reading number;
    if (read->plus) {
        number = international(read->digits, read->zero_in_brackets);
    } else if (region = core::trim(region); region.empty()) {
        return phone_problem::no_region;
    } else if (const auto* plan = plan_of(region)) {
        number = national(*read, *plan);
    } else {
        return phone_problem::unknown_region;
    }
    if (!number) {
        return phone_problem::not_a_number;
    }
    return *std::move(number);
}

} // namespace gatepost::identity
