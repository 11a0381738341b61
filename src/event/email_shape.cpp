#include "email_shape.hpp"

#include <gatepost/core/text.hpp>

#include <algorithm>
#include <array>

namespace gatepost::event {
namespace {

constexpr std::string_view redacted = "redacted";
constexpr int most_escapings = 3;

// Beyond ASCII every byte counts as a letter: addresses may be of any script (RFC 6531).
bool is_letter(char c) {
    return core::is_alpha(c) || (static_cast<unsigned char>(c) & 0x80) != 0;
}

// Of RFC 5322's atoms those that stand in real addresses and do not divide a URL.
bool is_local(char c) {
    constexpr std::string_view marks = "._-+%!#$'*^~";
    return is_letter(c) || core::is_digit(c) || marks.find(c) != std::string_view::npos;
}

bool is_domain(char c) {
    return is_letter(c) || core::is_digit(c) || c == '-' || c == '.';
}

// Suffixes of files that are no top-level domain: "logo@2x.png".
bool is_file_suffix(std::string_view label) {
    constexpr std::array<std::string_view, 22> suffixes{
        "avif", "bmp",  "css", "gif", "gz",  "heic", "htm", "html", "ico", "jpeg", "jpg",
        "js",   "json", "map", "mjs", "php", "png",  "svg", "tif",  "tgz", "webp", "xml"};
    return std::ranges::any_of(
        suffixes, [label](std::string_view suffix) { return core::iequals(suffix, label); });
}

bool is_top_level(std::string_view label) {
    constexpr std::string_view punycode = "xn--";
    if (core::iequals(label.substr(0, punycode.size()), punycode)) {
        return label.size() > punycode.size();
    }
    return label.size() >= 2 && std::ranges::all_of(label, is_letter) && !is_file_suffix(label);
}

// What follows the `@`; "" for no domain.
std::string_view domain_at(std::string_view text) {
    const auto end = std::ranges::find_if_not(text, is_domain);
    auto domain = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    while (domain.ends_with('.') || domain.ends_with('-')) {
        domain.remove_suffix(1);
    }
    const auto dot = domain.rfind('.');
    const bool has_labels = dot != std::string_view::npos && !domain.starts_with('.') &&
                            domain.find("..") == std::string_view::npos;
    return has_labels && is_top_level(domain.substr(dot + 1)) ? domain : std::string_view();
}

} // namespace

std::optional<text_span> find_email(std::string_view text, std::size_t from) {
    for (auto at = text.find('@', from); at != std::string_view::npos;
         at = text.find('@', at + 1)) {
        auto begin = at;
        while (begin > from && is_local(text[begin - 1])) {
            --begin;
        }
        const auto local = text.substr(begin, at - begin);
        const bool names_somebody =
            std::ranges::any_of(local, [](char c) { return is_letter(c) || core::is_digit(c); });
        const auto domain = domain_at(text.substr(at + 1));
        if (names_somebody && !domain.empty()) {
            return text_span{begin, at + 1 + domain.size()};
        }
    }
    return std::nullopt;
}

bool holds_email(std::string_view text) {
    if (find_email(text)) {
        return true;
    }
    std::string decoded(text);
    for (int i = 0; i < most_escapings && decoded.find('%') != std::string::npos; ++i) {
        decoded = core::percent_decode(decoded);
        if (find_email(decoded)) {
            return true;
        }
    }
    return false;
}

bool holds_at_sign(std::string_view text) {
    if (text.find('@') != std::string_view::npos) {
        return true;
    }
    // %40, and %2540 where the % is escaped itself.
    constexpr std::string_view at_sign = "40";
    constexpr std::string_view percent = "25";
    for (auto at = text.find(at_sign); at != std::string_view::npos;
         at = text.find(at_sign, at + 1)) {
        auto before = text.substr(0, at);
        while (before.ends_with(percent)) {
            before.remove_suffix(percent.size());
        }
        if (before.ends_with('%')) {
            return true;
        }
    }
    return false;
}

std::string redact_emails(std::string_view text) {
    std::string result;
    std::size_t kept = 0;
    for (auto found = find_email(text); found; found = find_email(text, kept)) {
        result.append(text.substr(kept, found->begin - kept)).append(redacted);
        kept = found->end;
    }
    result.append(text.substr(kept));
    return holds_email(result) ? std::string(redacted) : result;
}

} // namespace gatepost::event
