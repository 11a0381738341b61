#include "visitor_signals.hpp"

#include "visitor_cookies.hpp"

#include <gatepost/core/text.hpp>
#include <gatepost/event/blank.hpp>
#include <gatepost/net/address.hpp>

#include <algorithm>
#include <span>

namespace gatepost::ingest {
namespace {

bool names(std::span<const consent::field> headers, std::string_view name) {
    return std::ranges::any_of(headers, [name](const consent::field& header) {
        return core::iequals(header.first, name);
    });
}

// PHP and WSGI hand on `Sec-GPC` as HTTP_SEC_GPC. The same name without the prefix, with each `_`
// as `-`.
std::string_view without_prefix(std::string_view name) {
    constexpr std::string_view prefix = "HTTP_";
    return core::iequals(name.substr(0, prefix.size()), prefix) ? name.substr(prefix.size()) : name;
}

// Into `text`, which is long enough already: nothing in it moves.
std::string_view with_hyphens(std::string_view name, std::string& text) {
    const auto begin = text.size();
    text.append(name);
    std::replace(text.begin() + static_cast<std::ptrdiff_t>(begin), text.end(), '_', '-');
    return std::string_view(text).substr(begin);
}

bool is_of_environment(const consent::field& header) {
    return header.first.find('_') != std::string_view::npos;
}

// Writes the names of headers as requests have them; `text` holds those that were others.
void name_as_in_requests(std::vector<consent::field>& headers, std::string& text) {
    std::size_t size = 0;
    for (const auto& header : headers) {
        size += is_of_environment(header) ? header.first.size() : 0;
    }
    text.reserve(size);
    for (auto& header : headers) {
        if (is_of_environment(header)) {
            header.first = with_hyphens(without_prefix(header.first), text);
        }
    }
}

} // namespace

void complete(event::inbound& event, const caller& by, bool alone, borrowed_texts& texts) {
    auto& from = event.from;
    auto& cookies = texts.cookies;
    name_as_in_requests(from.headers, texts.names);
    auto& who = event.who;
    who.ip = from.ip.empty() ? who.ip : from.ip;
    who.user_agent = from.user_agent.empty() ? who.user_agent : from.user_agent;
    auto own_cookies = cookies_of(from);
    const bool from_request = alone && !own_cookies;
    cookies = std::move(own_cookies).value_or("");
    from.cookie = from_request ? std::string_view(by.cookie) : cookies;
    if (!alone) {
        return;
    }
    const auto own = from.headers.size();
    for (const auto& header : by.headers) {
        // Every copy of a header that the event does not name itself.
        if (!names(std::span(from.headers).first(own), header.first)) {
            from.headers.push_back(header);
        }
    }
    who.ip = who.ip.empty() ? by.address : who.ip;
    who.user_agent = who.user_agent.empty() ? by.user_agent : who.user_agent;
}

void leave_out_unusable(event::inbound& event, std::vector<std::string>& warnings) {
    if (!event.who.ip.empty() && !net::is_ip_address(event.who.ip)) {
        event.who.ip = {};
        warnings.push_back(at_event(event.index, "visitor/ip") + ": no IP address; left out");
    }
    if (event::is_blank(event.who.user_agent)) {
        event.who.user_agent = {};
    } else if (!core::is_utf8(event.who.user_agent)) {
        event.who.user_agent = {};
        warnings.push_back(at_event(event.index, "visitor/user_agent") + ": not UTF-8; left out");
    }
}

consent::signals signals_of(const event::inbound& event) {
    consent::signals result;
    result.cookie = event.from.cookie;
    result.headers = event.from.headers;
    result.claims = event.consent.fields;
    result.unreadable_claims = event.consent.unreadable;
    result.claimed_at = event.consent.at;
    result.gpp_sid = event.consent.gpp_sid;
    if (!event::is_blank(event.who.att_status)) {
        result.att_status = event.who.att_status;
    }
    result.country = event.from.country;
    result.region = event.from.region;
    result.address = event.who.ip;
    result.minor = event.from.minor;
    result.age = event.from.age;
    return result;
}

void warn_of_words(const event::inbound& event, const consent::decision& decision,
                   std::vector<std::string>& warnings) {
    for (const auto& [name, value] : event.consent.fields) {
        if (name == "marketing" && !is_unreadable(event.consent, name) &&
            !consent::gate::is_verdict(value)) {
            warnings.push_back(at_event(event.index, "consent/marketing") +
                               ": neither granted nor denied; unreadable");
        }
    }
    for (const auto& found : decision.findings) {
        if (found.from == consent::origin::header && found.state == consent::state::unreadable) {
            warnings.push_back(at_event(event.index, "visitor/headers") + ": " + found.source +
                               " is neither granted nor denied; unreadable");
        }
    }
}

bool is_unreadable(const event::claims& claims, std::string_view field) {
    return std::ranges::find(claims.unreadable, field) != claims.unreadable.end();
}

std::string at_event(std::size_t index, std::string_view field) {
    return "/events/" + std::to_string(index) + "/" + std::string(field);
}

} // namespace gatepost::ingest
