#include "cookie_content.hpp"

#include "js_literal.hpp"

#include <gatepost/core/base64.hpp>
#include <gatepost/core/text.hpp>

#include <algorithm>

namespace gatepost::consent {
namespace {

using kind = shape::kind;

// No platform nests deeper than five.
constexpr int max_depth = 8;

bool is_json(const shape& form) {
    return form.type == kind::json || form.type == kind::js_literal;
}

// Whether a text looks as its shape should; encoded text does not.
bool shows(std::string_view text, const shape& form) {
    if (is_json(form)) {
        return text.starts_with('{') || text.starts_with('[');
    }
    if (form.type == kind::query || form.type == kind::pairs) {
        return text.find(form.equals) != std::string_view::npos;
    }
    return true;
}

std::string decode_url(std::string_view raw, const shape& form) {
    // A query string's values are decoded one by one.
    if (form.type == kind::query && shows(raw, form)) {
        return std::string(raw);
    }
    auto text = core::percent_decode(raw);
    return shows(text, form) ? text : core::percent_decode(text);
}

std::optional<std::string> scalar_text(core::json::value value) {
    if (value.is_string()) {
        return std::string(value.text());
    }
    if (const auto flag = value.boolean()) {
        return *flag ? "true" : "false";
    }
    if (const auto number = value.integer()) {
        return std::to_string(*number);
    }
    return std::nullopt;
}

// A member of an object that lists what was accepted: true, or something accepted inside. Any other
// value is no list's.
std::optional<bool> accepts(core::json::value value) {
    if (value.is_null()) {
        return false;
    }
    if (value.is_array() || value.is_object()) {
        const bool empty = value.size() == 0;
        return value.is_array() || empty ? std::optional(!empty) : std::nullopt;
    }
    return value.boolean();
}

} // namespace

bool content::read(std::string_view raw, decoding how, const shape& form) {
    type_ = form.type;
    switch (how) {
    case decoding::raw:
        return take_apart(std::string(raw), form);
    case decoding::base64: {
        auto bytes = core::base64_decode(core::percent_decode(raw));
        return bytes && take_apart(std::move(*bytes), form);
    }
    case decoding::url:
        break;
    }
    // JSON that was never encoded may hold a % of its own.
    if (form.type == kind::json && shows(raw, form) && take_apart(std::string(raw), form)) {
        return true;
    }
    return take_apart(decode_url(raw, form), form);
}

bool content::take_apart(std::string text, const shape& form) {
    if (!is_json(form)) {
        text_ = std::move(text);
        return split(form);
    }
    if (form.type == kind::js_literal) {
        auto json = js_literal_to_json(text);
        if (!json) {
            return false;
        }
        text = std::move(*json);
    }
    auto parsed = core::json::parse(std::move(text), max_depth);
    if (parsed.has_error()) {
        return false;
    }
    json_ = std::move(*parsed);
    return json_->root().is_object() || json_->root().is_array();
}

bool content::split(const shape& form) {
    entries_.clear();
    if (form.type == kind::plain) {
        return true;
    }
    const char between = form.type == kind::query ? '&' : form.between;
    for (std::string_view rest = text_; !rest.empty();) {
        auto entry = core::trim(core::next_field(rest, between));
        if (form.type == kind::list) {
            if (!entry.empty()) {
                entries_.emplace_back(entry, std::string_view());
            }
        } else if (entry.find(form.equals) != std::string_view::npos) {
            const auto name = core::trim(core::next_field(entry, form.equals));
            entries_.emplace_back(name, core::trim(entry));
        }
    }
    return form.type == kind::list || !entries_.empty();
}

core::json::value content::walk(const path& at, std::string_view marketing) const {
    auto here = json_->root();
    for (const auto& next : at) {
        here = here.find(next.marketing ? marketing : std::string_view(next.name));
    }
    return here;
}

std::vector<std::optional<std::string>> content::find(const path& at,
                                                      std::string_view marketing) const {
    if (json_) {
        const auto value = walk(at, marketing);
        if (value.is_null()) {
            return {};
        }
        return {scalar_text(value)};
    }
    if (at.empty()) {
        return {std::string(core::trim(text_))};
    }
    const auto name = at.front().marketing ? marketing : std::string_view(at.front().name);
    std::vector<std::optional<std::string>> found;
    for (const auto& [key, value] : entries_) {
        if (key == name) {
            found.emplace_back(type_ == kind::query ? core::percent_decode(value, true)
                                                    : std::string(value));
        }
    }
    return found;
}

std::optional<bool> content::lists(const path& at, std::string_view marketing) const {
    if (!json_) {
        return std::ranges::any_of(entries_, [&](const auto& e) { return e.first == marketing; });
    }
    const auto value = walk(at, marketing);
    if (value.is_object()) {
        return accepts(value.find(marketing));
    }
    if (!value.is_array()) {
        return std::nullopt;
    }
    bool named = false;
    value.each_element([&](core::json::value element) {
        named = named || scalar_text(element) == std::string(marketing);
    });
    return named;
}

} // namespace gatepost::consent
