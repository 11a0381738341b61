#include "rules.hpp"

#include <gatepost/core/text.hpp>
#include <gatepost/tiktok/event_names.hpp>

#include <algorithm>
#include <array>

namespace gatepost::tiktok {
namespace {

using event::source;

// TikTok help, "supported standard events" (September 2025), and the page view of its pixel.
constexpr std::array<std::string_view, 19> standard_names{
    "AddPaymentInfo",
    "AddToCart",
    "AddToWishlist",
    "ApplicationApproval",
    "CompleteRegistration",
    "Contact",
    "CustomizeProduct",
    "Download",
    "FindLocation",
    "InitiateCheckout",
    "Lead",
    "Pageview",
    "Purchase",
    "Schedule",
    "Search",
    "StartTrial",
    "SubmitApplication",
    "Subscribe",
    "ViewContent",
};

// What apps have beside them.
constexpr std::array<std::string_view, 19> app_names{
    "AchieveLevel", "Checkout",        "CompleteTutorial", "CreateGroup",       "CreateRole",
    "GenerateLead", "InAppADClick",    "InAppADImpr",      "InstallApp",        "JoinGroup",
    "LaunchAPP",    "LoanApplication", "LoanApproval",     "LoanDisbursal",     "Login",
    "Rate",         "Registration",    "SpendCredits",     "UnlockAchievement",
};

struct remark {
    std::string_view name;
    std::string_view words;
};

// TikTok help, "how to adopt TikTok's updated standard events" (May 2025).
constexpr std::array legacy_names{
    remark{"CompletePayment", "an older name, which TikTok counts as Purchase"},
    remark{"SubmitForm", "an older name, which TikTok may count as Lead"},
    remark{"PlaceAnOrder", "an older name that ends in 2027; Purchase takes its place"},
    remark{"ClickButton", "an older name that ends in 2027; Lead or ViewContent takes its place"},
    remark{"PageView", "TikTok's pixel writes Pageview"},
};

// TikTok help, "reserved events" (September 2025): counted as another on the web.
constexpr std::array reserved_names{
    remark{"AddBilling", "a reserved name, which TikTok counts as AddPaymentInfo"},
    remark{"Browse", "a reserved name, which TikTok counts as PageView"},
    remark{"Checkout", "a reserved name, which TikTok counts as PlaceAnOrder"},
    remark{"ClickForm", "a reserved name, which TikTok counts as SubmitForm or Lead"},
    remark{"ClickInDownloadPage", "a reserved name, which TikTok counts as ClickButton"},
    remark{"ClickToDownload", "a reserved name, which TikTok counts as Download"},
    remark{"Consult", "a reserved name, which TikTok counts as Contact"},
    remark{"ConsultByPhone", "a reserved name, which TikTok counts as Contact"},
    remark{"Registration", "a reserved name, which TikTok counts as CompleteRegistration"},
    remark{"StartCheckout", "a reserved name, which TikTok counts as InitiateCheckout"},
    remark{"ViewConsultationPage", "a reserved name, which TikTok counts as ViewContent"},
    remark{"ViewDownloadPage", "a reserved name, which TikTok counts as ViewContent"},
    remark{"ViewForm", "a reserved name, which TikTok counts as ViewContent"},
};

constexpr place here{"/event"};

bool is_in(const auto& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

bool warn_of(const auto& remarks, std::string_view name, inspection& found) {
    const auto row = std::ranges::find(remarks, name, &remark::name);
    if (row == remarks.end()) {
        return false;
    }
    found.warn(here, row->words);
    return true;
}

// The name among these that differs only by its case; "" for none.
std::string_view respelt(const auto& names, std::string_view name) {
    const auto found = std::ranges::find_if(
        names, [name](std::string_view standard) { return core::iequals(standard, name); });
    return found == names.end() ? std::string_view() : *found;
}

// Letters of every script pass: TikTok says "letters", and that it means only A to Z is not known.
bool is_beyond_ascii(char c) {
    return (static_cast<unsigned char>(c) & 0x80) != 0;
}

bool begins_a_character(char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
}

// TikTok help, "custom events" (February 2026); "" for a name that is in order.
std::string_view fault_of(std::string_view name) {
    constexpr std::ptrdiff_t most_characters = 50;
    const auto is_letter = [](char c) { return core::is_alpha(c) || is_beyond_ascii(c); };
    if (name.empty() || !is_letter(name.front())) {
        return "must begin with a letter";
    }
    if (std::ranges::count_if(name, begins_a_character) > most_characters) {
        return "longer than 50 characters";
    }
    const bool fits = std::ranges::all_of(
        name, [&](char c) { return is_letter(c) || core::is_digit(c) || c == '_' || c == '-'; });
    if (fits) {
        return "";
    }
    return mapped_name(name) == name
               ? "may hold letters, digits, _ and - only"
               : "may hold letters, digits, _ and - only; events.names: map knows this name";
}

} // namespace

void inspect_name(std::string_view name, source from, inspection& found) {
    if (is_in(standard_names, name) || (from == source::app && is_in(app_names, name))) {
        return;
    }
    if (const auto fault = fault_of(name); !fault.empty()) {
        found.refuse(here, fault);
        return;
    }
    if (warn_of(legacy_names, name, found) ||
        (from != source::app && warn_of(reserved_names, name, found))) {
        return;
    }
    auto spelling = respelt(standard_names, name);
    if (spelling.empty() && from == source::app) {
        spelling = respelt(app_names, name);
    }
    if (!spelling.empty()) {
        found.warn(here, "names are case-sensitive; TikTok's is " + std::string(spelling));
    } else if (const auto mapped = mapped_name(name); mapped != name) {
        found.warn(here,
                   "a custom event to TikTok; events.names: map makes it " + std::string(mapped));
    } else if (from == source::offline) {
        found.warn(here, "a custom event; TikTok documents standard ones only for offline events");
    }
}

} // namespace gatepost::tiktok
