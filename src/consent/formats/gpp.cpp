#include "gpp.hpp"

#include "gpp_header.hpp"
#include "tcf.hpp"
#include "us_privacy.hpp"
#include "us_section.hpp"

#include <gatepost/core/text.hpp>

#include <algorithm>

namespace gatepost::consent {
namespace {

constexpr std::uint32_t tcf_section = 2;
constexpr std::uint32_t us_privacy_section = 6;

// An opt-out anywhere counts; then what could not be read, as it could be one; then that some
// section applies and holds no opt-out.
int weight(state of) {
    switch (of) {
    case state::denied:
        return 3;
    case state::unreadable:
        return 2;
    case state::implied:
        return 1;
    case state::granted:
    case state::undecided:
        break;
    }
    return 0;
}

void add(std::optional<reading>& to, reading more) {
    if (!to || weight(more.state) > weight(to->state)) {
        to = std::move(more);
    }
}

void read_us(std::uint32_t id, std::string_view text, gpp_reading& into) {
    const auto section = read_us_section(id, text);
    into.gpc |= section.gpc;
    into.known_child |= section.known_child;
    reading said{.state = section.state};
    said.us_opt_out = section.state == state::denied;
    if (section.state == state::unreadable) {
        said.detail = "a US section is cut off or malformed";
    }
    add(into.us, std::move(said));
}

void read_section(std::uint32_t id, std::string_view text, const tcf_options& wanted,
                  gpp_reading& into) {
    if (id == tcf_section) {
        into.tcf = read_tcf(text, wanted);
    } else if (id == us_privacy_section) {
        // Never in the JSON of which some sites make a cookie.
        add(into.us,
            text.starts_with('{') ? unreadable("cut off or malformed") : read_us_privacy(text));
    } else if (is_us_section(id)) {
        read_us(id, text, into);
    } else {
        add(into.us, unreadable("a section of another law"));
    }
}

} // namespace

gpp_reading read_gpp(std::string_view text,
                     const std::optional<std::span<const std::int64_t>>& sections,
                     const tcf_options& wanted) {
    gpp_reading result;
    auto rest = text;
    const auto header = gpp_header::parse(core::next_field(rest, '~'));
    if (!header ||
        static_cast<std::size_t>(std::ranges::count(text, '~')) != header->sections().size()) {
        result.us = unreadable("cut off or malformed");
        return result;
    }
    for (const auto id : header->sections()) {
        const auto section = core::next_field(rest, '~');
        const bool applies =
            !sections || std::ranges::find(*sections, std::int64_t{id}) != sections->end();
        if (applies) {
            read_section(id, section, wanted, result);
        }
    }
    if (!result.tcf && !result.us) {
        result.us = reading{.detail = "no section applies"};
    }
    return result;
}

} // namespace gatepost::consent
