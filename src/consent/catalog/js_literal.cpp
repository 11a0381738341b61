#include "js_literal.hpp"

#include <gatepost/core/text.hpp>

namespace gatepost::consent {
namespace {

bool is_name_start(char c) {
    return core::is_alpha(c) || c == '_' || c == '$';
}

bool is_name_part(char c) {
    return is_name_start(c) || core::is_digit(c);
}

// Copies the string that starts at `at`, in double quotes; the place after it, or npos.
std::size_t copy_string(std::string_view text, std::size_t at, std::string& out) {
    const char quote = text[at];
    out += '"';
    for (++at; at < text.size(); ++at) {
        const char c = text[at];
        if (c == quote) {
            out += '"';
            return at + 1;
        }
        if (c == '\\' && at + 1 < text.size()) {
            // JSON knows no \'.
            if (text[at + 1] != '\'') {
                out += '\\';
            }
            out += text[++at];
        } else {
            if (c == '"') {
                out += '\\';
            }
            out += c;
        }
    }
    return std::string_view::npos;
}

// Copies the bare word that starts at `at`: a member name gets quotes, a keyword does not.
std::size_t copy_word(std::string_view text, std::size_t at, std::string& out) {
    auto end = at;
    while (end < text.size() && is_name_part(text[end])) {
        ++end;
    }
    auto next = end;
    while (next < text.size() && core::is_space(text[next])) {
        ++next;
    }
    const bool is_member = next < text.size() && text[next] == ':';
    const auto word = text.substr(at, end - at);
    if (is_member) {
        out += '"';
    }
    out += word;
    if (is_member) {
        out += '"';
    }
    return end;
}

} // namespace

std::optional<std::string> js_literal_to_json(std::string_view text) {
    std::string out;
    out.reserve(text.size() + 32);
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] == '\'' || text[at] == '"') {
            at = copy_string(text, at, out);
            if (at == std::string_view::npos) {
                return std::nullopt;
            }
        } else if (is_name_start(text[at])) {
            at = copy_word(text, at, out);
        } else if (core::is_digit(text[at])) {
            // A number whole, so that the e of 1e5 is no word.
            while (at < text.size() && (is_name_part(text[at]) || text[at] == '.')) {
                out += text[at++];
            }
        } else {
            out += text[at++];
        }
    }
    return out;
}

} // namespace gatepost::consent
