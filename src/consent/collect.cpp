#include "collect.hpp"

#include "relay_cookie.hpp"
#include "rule_reader.hpp"
#include "unread_formats.hpp"

#include <gatepost/core/text.hpp>

#include <algorithm>

namespace gatepost::consent {
namespace {

constexpr std::string_view not_supported = "not supported yet";
constexpr std::string_view no_verdict = "neither granted nor denied";

using optional_time = std::optional<std::chrono::sys_seconds>;

void take_earlier(optional_time& into, const optional_time& other) {
    if (other && (!into || *other < *into)) {
        into = other;
    }
}

// Frameworks join the values of a repeated header with commas.
bool says_one(std::string_view list) {
    while (!list.empty()) {
        if (core::trim(core::next_field(list, ',')) == "1") {
            return true;
        }
    }
    return false;
}

class collector {
  public:
    explicit collector(const policy& rules) : rules_(rules) {}

    void read_cookies(std::string_view header) {
        const cookie_jar jar(header, rules_.index);
        for (const auto& cookie : jar.sightings()) {
            const auto& use = rules_.uses[cookie.slot];
            if (use.known) {
                read_built_in(cookie, *use.known);
            }
            if (!use.rules.empty()) {
                read_by_rules(cookie, use.rules, jar);
            }
        }
    }

    void read_headers(const std::vector<field>& headers) {
        for (const auto& [name, value] : headers) {
            const auto text = core::trim(value);
            if (rules_.reads(format::gpc) && core::iequals(name, "sec-gpc") && says_one(text)) {
                add({origin::gpc, "header:sec-gpc", format::gpc, state::denied, {}, {}, ""});
            }
            if (rules_.reads(format::header) && !name.empty() &&
                core::iequals(name, rules_.chosen.header)) {
                add_verdict(origin::header, rules_.header_source, format::header, text, {});
            }
            for (const auto& unread : unread_headers()) {
                if (!text.empty() && core::iequals(name, unread.name)) {
                    add_unread(unread);
                }
            }
        }
    }

    void read_claims(const signals& from) {
        // A grant without a time is taken, one whose time cannot be read is not.
        const bool no_time =
            std::ranges::find(from.unreadable_claims, "at") != from.unreadable_claims.end();
        for (const auto& [name, value] : from.claims) {
            if (std::ranges::find(from.unreadable_claims, name) != from.unreadable_claims.end()) {
                continue;
            }
            if (name == "marketing" && rules_.reads(format::body)) {
                add_verdict(origin::body, marketing_source, format::body, value, from.claimed_at,
                            no_time);
            }
            add_unread_claim(name, !core::trim(value).empty());
        }
        for (const auto name : from.unreadable_claims) {
            if (name == "marketing" && rules_.reads(format::body)) {
                add_verdict(origin::body, marketing_source, format::body, "", {});
            }
            add_unread_claim(name, true);
        }
    }

    void read_age(const signals& from) {
        const bool too_young = from.age && *from.age < rules_.chosen.minor_age;
        if (from.minor || too_young) {
            add({origin::body,
                 from.minor ? "body:visitor.minor" : "body:visitor.age",
                 format::minor,
                 state::denied,
                 {},
                 {},
                 ""});
        }
    }

    std::vector<finding> take() { return std::move(findings_); }

  private:
    static constexpr std::string_view marketing_source = "body:consent.marketing";

    void add(finding found) {
        const auto same = std::ranges::find_if(findings_, [&](const finding& f) {
            return f.format == found.format && f.source == found.source;
        });
        if (same == findings_.end()) {
            findings_.push_back(std::move(found));
        } else if (strictness(found.state) > strictness(same->state)) {
            *same = std::move(found);
        } else if (found.state == same->state) {
            take_earlier(same->at, found.at);
            take_earlier(same->expires, found.expires);
            same->detail = std::min(same->detail, found.detail);
        }
    }

    void add_verdict(origin from, std::string_view source, std::string_view label,
                     std::string_view text, optional_time at, bool time_unreadable = false) {
        auto verdict = marketing_verdict(text);
        std::string_view detail = verdict ? "" : no_verdict;
        if (verdict == state::granted && time_unreadable) {
            verdict.reset();
            detail = "time not readable";
        }
        add({from,
             std::string(source),
             label,
             verdict.value_or(state::unreadable),
             verdict ? at : std::nullopt,
             {},
             detail});
    }

    void add_unread(const unread_field& unread) {
        if (rules_.reads(unread.format)) {
            add({unread.from,
                 std::string(unread.source),
                 unread.format,
                 state::unreadable,
                 {},
                 {},
                 not_supported});
        }
    }

    void add_unread_claim(std::string_view name, bool there) {
        for (const auto& unread : unread_claims()) {
            if (there && unread.name == name) {
                add_unread(unread);
            }
        }
    }

    void read_built_in(const sighting& cookie, const policy::built_in& known) {
        finding found{known.from,   "cookie:" + std::string(cookie.name),
                      known.format, state::unreadable,
                      {},           {},
                      not_supported};
        if (known.from == origin::gpc) {
            if (!cookie.crowded && core::percent_decode(cookie.value) != "true") {
                return;
            }
            found.state = state::denied;
            found.detail = "";
        } else if (known.from == origin::relay_cookie) {
            const auto said = cookie.crowded ? std::nullopt : parse_relay_cookie(cookie.value);
            found.state = said ? said->state : state::unreadable;
            found.detail = said ? "" : "not of the form v1.m:.s:.src:";
            if (said) {
                found.at = said->at;
            }
        }
        add(std::move(found));
    }

    // The first rule that can make sense of the cookie speaks for it.
    void read_by_rules(const sighting& cookie, const std::vector<std::size_t>& numbers,
                       const cookie_jar& jar) {
        const cookie_rule* by = &rules_.rules[numbers.front()];
        reading said{state::unreadable, "too many copies", {}, {}, false};
        if (!cookie.crowded) {
            said = read_cookie(*by, cookie.value, jar);
            for (std::size_t i = 1; said.state == state::unreadable && i < numbers.size(); ++i) {
                const auto& next = rules_.rules[numbers[i]];
                const auto other = read_cookie(next, cookie.value, jar);
                if (other.state != state::unreadable) {
                    by = &next;
                    said = other;
                }
            }
        }
        auto source = "cookie:" + std::string(cookie.name);
        if (said.gpc && rules_.reads(format::gpc)) {
            add({origin::gpc, source, format::gpc, state::denied, {}, {}, ""});
        }
        add({origin::platform_cookie, std::move(source), by->name, said.state, said.at,
             said.expires, said.detail});
    }

    const policy& rules_;
    std::vector<finding> findings_;
};

} // namespace

std::vector<finding> collect(const policy& rules, const signals& from) {
    collector all(rules);
    all.read_cookies(from.cookie);
    all.read_headers(from.headers);
    all.read_claims(from);
    all.read_age(from);
    return all.take();
}

std::optional<state> marketing_verdict(std::string_view text) {
    const auto word = core::trim(text);
    return core::iequals(word, "granted")  ? std::optional(state::granted)
           : core::iequals(word, "denied") ? std::optional(state::denied)
                                           : std::nullopt;
}

} // namespace gatepost::consent
