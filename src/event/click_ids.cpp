#include <gatepost/core/text.hpp>
#include <gatepost/event/blank.hpp>
#include <gatepost/event/click_ids.hpp>
#include <gatepost/event/page_url.hpp>

#include <algorithm>

namespace gatepost::event {
namespace {

bool is_usable(std::string_view id, std::size_t longest) {
    return id.size() <= longest && !is_blank(id);
}

// Decoded text may hold any bytes, and TikTok refuses a batch with invalid UTF-8 as a whole.
bool is_usable_find(std::string_view id, std::size_t longest) {
    return is_usable(id, longest) &&
           std::ranges::all_of(id, [](char c) { return c > ' ' && c < '\x7f'; });
}

// The first cookie of this very name; "" when there is none.
std::string_view cookie_value(std::string_view header, std::string_view name) {
    while (!header.empty()) {
        auto value = core::next_field(header, ';');
        if (core::trim(core::next_field(value, '=')) == name) {
            return core::trim(value);
        }
    }
    return {};
}

std::string find_ttclid(const inbound& event) {
    if (const auto given = core::trim(event.who.ttclid); is_usable(given, max_ttclid)) {
        return std::string(given);
    }
    constexpr std::string_view name = "ttclid";
    if (auto found = query_value(event.where.url, name);
        found && is_usable_find(*found, max_ttclid)) {
        return *std::move(found);
    }
    // Another site's address may carry another visitor's click.
    const auto host = host_of(event.where.url);
    if (!host.empty() && host == host_of(event.where.referrer)) {
        if (auto found = query_value(event.where.referrer, name);
            found && is_usable_find(*found, max_ttclid)) {
            return *std::move(found);
        }
    }
    auto cookie = core::percent_decode(cookie_value(event.from.cookie, name));
    return is_usable_find(cookie, max_ttclid) ? std::move(cookie) : std::string();
}

std::string find_ttp(const inbound& event) {
    if (const auto given = core::trim(event.who.ttp); is_usable(given, max_ttp)) {
        return std::string(given);
    }
    const auto cookie = cookie_value(event.from.cookie, "_ttp");
    return std::string(is_usable_find(cookie, max_ttp) ? cookie : std::string_view());
}

} // namespace

click_ids find_click_ids(const inbound& event) {
    return {.ttclid = find_ttclid(event), .ttp = find_ttp(event)};
}

} // namespace gatepost::event
