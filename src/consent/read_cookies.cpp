#include "catalog/rule_reader.hpp"
#include "cookie_jar.hpp"
#include "formats/relay_cookie.hpp"
#include "readers.hpp"
#include "strings.hpp"

#include <gatepost/core/json.hpp>
#include <gatepost/core/text.hpp>

#include <string>

namespace gatepost::consent {
namespace {

constexpr std::string_view too_many = "too many copies";

string_format format_of(built_in cookie) {
    switch (cookie) {
    case built_in::gpp:
        return string_format::gpp;
    case built_in::us_privacy:
        return string_format::us_privacy;
    case built_in::additional_consent:
        return string_format::additional_consent;
    default:
        return string_format::tcf;
    }
}

bool is_yes(std::string_view text) {
    return core::iequals(text, "true") || text == "1";
}

class cookie_reader {
  public:
    cookie_reader(std::string_view header, const policy& rules, finding_list& into,
                  joined_by how = joined_by::semicolons)
        : rules_(rules), into_(into), jar_(header, rules.index, how) {}

    void read() {
        for (const auto& cookie : jar_.sightings()) {
            const auto& use = rules_.uses[cookie.slot];
            if (use.known || !use.rules.empty()) {
                source_.assign("cookie:").append(cookie.name);
            }
            if (use.known) {
                read_built_in(cookie, *use.known);
            }
            if (!use.rules.empty()) {
                read_by_rules(cookie, use.rules);
            }
        }
    }

  private:
    void read_built_in(const sighting& cookie, built_in what) {
        switch (what) {
        case built_in::relay:
            read_relay(cookie);
            break;
        case built_in::gpc_mirror:
            if (cookie.crowded || is_yes(core::percent_decode(cookie.value))) {
                into_.add_gpc(source_);
            }
            break;
        case built_in::gpp_sections: // read with the string it goes with
            break;
        default:
            read_string(cookie, what);
        }
    }

    void read_relay(const sighting& cookie) {
        const auto said = cookie.crowded ? std::nullopt : parse_relay_cookie(cookie.value);
        into_.add(origin::relay_cookie, source_, format::relay,
                  said ? reading{.state = said->state, .at = said->at}
                       : unreadable("not of the form v1.m:.s:.src:"));
    }

    void read_string(const sighting& cookie, built_in what) {
        const auto format = format_of(what);
        if (cookie.crowded) {
            add_unreadable(into_, rules_, format, source_, too_many);
            return;
        }
        // The string itself is seldom encoded, and then it is not copied.
        std::string copy;
        auto text = cookie.value;
        if (text.find('%') != std::string_view::npos) {
            copy = core::percent_decode(text);
            text = copy;
        }
        if (what == built_in::tcf_in_json) {
            read_tcf_in_json(text, cookie.value);
            return;
        }
        const auto applying = cookie.name == "__gpp" ? sections() : std::nullopt;
        add_string(into_, rules_, format, source_, text,
                   {.applying = applying ? &*applying : nullptr, .sent = cookie.value});
    }

    void read_tcf_in_json(std::string_view text, std::string_view sent) {
        const auto parsed = core::json::parse(std::string(text), 4);
        const auto inside = parsed ? parsed->root().find("consentString") : core::json::value();
        if (inside.is_string()) {
            add_string(into_, rules_, string_format::tcf, source_, inside.text(), {.sent = sent});
        } else {
            add_unreadable(into_, rules_, string_format::tcf, source_, "no consentString");
        }
    }

    // Which GPP sections apply. Copies that disagree or cannot be read leave it open: all do.
    std::optional<section_list> sections() const {
        std::optional<section_list> result;
        for (const auto& cookie : jar_.sightings()) {
            if (rules_.uses[cookie.slot].known == built_in::gpp_sections) {
                auto listed = parse_sections(core::percent_decode(cookie.value));
                if (!listed || cookie.crowded || (result && *result != *listed)) {
                    return std::nullopt;
                }
                result = std::move(listed);
            }
        }
        return result;
    }

    // The first rule that can make sense of the cookie speaks for it. What the others notice beside
    // their verdict, GPC or an opt-out, counts all the same.
    void read_by_rules(const sighting& cookie, const std::vector<std::size_t>& numbers) {
        if (cookie.crowded) {
            // A denial may be among those left out, under a name that some rule takes.
            into_.add(origin::platform_cookie, source_, rules_.rules[numbers.front()].name,
                      unreadable(too_many));
            return;
        }
        const cookie_rule* by = nullptr;
        reading said;
        for (const auto number : numbers) {
            const auto& rule = rules_.rules[number];
            if (!rule.takes(cookie.name)) {
                continue;
            }
            auto read = read_cookie(rule, cookie.value, jar_);
            const bool gpc = said.gpc || read.gpc;
            const bool us_opt_out = said.us_opt_out || read.us_opt_out;
            if (by == nullptr ||
                (said.state == state::unreadable && read.state != state::unreadable)) {
                by = &rule;
                said = std::move(read);
            }
            said.gpc = gpc;
            said.us_opt_out = us_opt_out;
        }
        if (by != nullptr) {
            into_.add(origin::platform_cookie, source_, by->name, std::move(said));
        }
    }

    const policy& rules_;
    finding_list& into_;
    const cookie_jar jar_;
    std::string source_; // of the cookie that is being read, as answers show it
};

} // namespace

void read_cookies(std::string_view header, const policy& rules, finding_list& into) {
    cookie_reader(header, rules, into).read();
    if (may_hold_commas_between_cookies(header)) {
        // The commas may as well be part of a value: this reading can forbid and never allow.
        finding_list otherwise(rules);
        cookie_reader(header, rules, otherwise, joined_by::commas_as_well).read();
        into.add_refusals(std::move(otherwise));
    }
}

} // namespace gatepost::consent
