// Whatever is given as a page address is sent without what is not to be sent, and stays as it is
// when it is cleaned again.

#include "check.hpp"

#include <gatepost/core/text.hpp>
#include <gatepost/event/page_url.hpp>

#include <array>
#include <cstdint>
#include <string>

using namespace gatepost;
using fuzz::check;

namespace {

const std::array<std::string, 3> denied{"email", "name", "first name"};

// Calls visit with what stands between the marks of a query or fragment.
void each_parameter(std::string_view url, auto&& visit) {
    constexpr std::string_view marks = "?#&;";
    for (auto at = url.find_first_of("?#"); at < url.size();) {
        const auto end = std::min(url.find_first_of(marks, at + 1), url.size());
        visit(url.substr(at + 1, end - at - 1));
        at = end;
    }
}

bool is_plain(char c) {
    return core::is_alpha(c) || core::is_digit(c);
}

// An address of the plainest shape, under .com: letters and digits on both sides of the `@`.
bool holds_plain_email(std::string_view text) {
    constexpr std::string_view ending = ".com";
    for (auto at = text.find('@'); at != text.npos; at = text.find('@', at + 1)) {
        auto end = at + 1;
        while (end < text.size() && is_plain(text[end])) {
            ++end;
        }
        const auto behind = text.substr(end);
        const bool ends = behind.size() == ending.size() ||
                          (behind.size() > ending.size() && behind[ending.size()] == '/');
        if (at > 0 && is_plain(text[at - 1]) && end > at + 1 && behind.starts_with(ending) &&
            ends) {
            return true;
        }
    }
    return false;
}

// Anything but an e-mail address in the place of the scheme ("a@b.com://"), which becomes a scheme.
bool is_plain_address(std::string_view url) {
    const auto scheme = url.substr(0, url.find("://"));
    return scheme.size() == url.size() || std::ranges::all_of(scheme, is_plain);
}

void check_parameter(std::string_view parameter, bool strip_emails) {
    const auto name = core::percent_decode(parameter.substr(0, parameter.find('=')), true);
    for (const auto& unwanted : denied) {
        check(!core::iequals(name, unwanted) && !core::iequals(name, unwanted + "[]"));
    }
    std::string text(parameter);
    for (int i = 0; strip_emails && i <= 3; ++i) {
        check(!holds_plain_email(text));
        text = core::percent_decode(text);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view url(reinterpret_cast<const char*>(data), size);
    for (const bool strip_emails : {true, false}) {
        const auto clean = event::clean_url(url, denied, strip_emails);
        check(clean.size() <= url.size() + url.size() / 3);
        check(!is_plain_address(url) || event::clean_url(clean, denied, strip_emails) == clean);
        // Bytes go, and nothing of what stays is torn.
        check(!core::is_utf8(url) || core::is_utf8(clean));
        each_parameter(
            clean, [&](std::string_view parameter) { check_parameter(parameter, strip_emails); });
        check(strip_emails || event::host_of(clean) == event::host_of(url));
    }
    return 0;
}
