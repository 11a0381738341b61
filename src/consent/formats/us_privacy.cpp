#include "us_privacy.hpp"

#include <gatepost/core/json.hpp>
#include <gatepost/core/text.hpp>

#include <algorithm>

namespace gatepost::consent {
namespace {

std::optional<char> opt_out_of(std::string_view text) {
    const auto is_answer = [](char c) {
        return c == '-' || core::to_upper(c) == 'Y' || core::to_upper(c) == 'N';
    };
    if (text.size() != 4 || text[0] != '1' || !std::ranges::all_of(text.substr(1), is_answer)) {
        return std::nullopt;
    }
    return core::to_upper(text[2]);
}

std::optional<char> opt_out_of_json(std::string_view text) {
    constexpr std::size_t longest = 4096; // as long as a cookie can be
    constexpr int depth = 4;
    if (text.size() > longest) {
        return std::nullopt;
    }
    const auto parsed = core::json::parse(std::string(text), depth);
    return parsed ? opt_out_of(parsed->root().find("uspString").text()) : std::nullopt;
}

} // namespace

reading read_us_privacy(std::string_view text) {
    const auto opt_out = text.starts_with('{') ? opt_out_of_json(text) : opt_out_of(text);
    if (!opt_out) {
        return {.state = state::unreadable, .detail = "no US Privacy string"};
    }
    reading result;
    result.us_opt_out = *opt_out == 'Y';
    result.state = *opt_out == 'Y'   ? state::denied
                   : *opt_out == 'N' ? state::implied
                                     : state::undecided;
    return result;
}

} // namespace gatepost::consent
