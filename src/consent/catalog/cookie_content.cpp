#include "cookie_content.hpp"

#include "js_literal.hpp"
#include "shopify.hpp"

#include <gatepost/core/base64.hpp>
#include <gatepost/core/text.hpp>

#include <algorithm>

namespace gatepost::consent {
namespace {

using kind = shape::kind;

// No platform nests deeper than five.
constexpr int max_depth = 8;

// The step to whatever bears a marketing name.
const step& by_marketing() {
    static const step chosen{"", true, ""};
    return chosen;
}

bool is_json(const shape& form) {
    return form.type == kind::json || form.type == kind::js_literal;
}

bool is_encoded(std::string_view text) {
    return text.find('%') != std::string_view::npos;
}

// Whether a text looks as its shape should; encoded text does not.
bool shows(std::string_view text, const shape& form) {
    switch (form.type) {
    case kind::json:
    case kind::js_literal:
        return text.starts_with('{') || text.starts_with('[');
    case kind::query:
    case kind::pairs:
        return text.find(form.equals) != std::string_view::npos;
    case kind::fields:
        return text.find_first_of(form.between) != std::string_view::npos;
    case kind::list:
        return !is_encoded(text);
    case kind::plain:
    case kind::shopify:
        break;
    }
    return true;
}

std::string decode_url(std::string_view raw, const shape& form) {
    // A query string's values are decoded one by one.
    if (!is_encoded(raw) || (form.type == kind::query && shows(raw, form))) {
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

// Removes and returns what stands before any of some characters (all of it when there is none).
std::string_view next_entry(std::string_view& rest, std::string_view between) {
    // One character is the usual case, and the quick one.
    const auto end = between.size() == 1 ? rest.find(between.front()) : rest.find_first_of(between);
    const auto entry = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return entry;
}

} // namespace

bool content::read(std::string_view raw, decoding how, const shape& form) {
    type_ = form.type;
    switch (how) {
    case decoding::raw:
        return take_apart(std::string(raw), form);
    case decoding::base64: {
        auto bytes = is_encoded(raw) ? core::base64_decode(core::percent_decode(raw))
                                     : core::base64_decode(raw);
        return bytes && take_apart(std::move(*bytes), form);
    }
    case decoding::url:
        break;
    }
    // JSON that was never encoded may hold a % of its own; without a quote it was encoded in part.
    if (form.type == kind::json && shows(raw, form) && raw.find('"') != std::string_view::npos &&
        take_apart(std::string(raw), form)) {
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
    constexpr std::size_t usual = 16;
    entries_.clear();
    entries_.reserve(form.type == kind::plain ? 0 : usual);
    switch (form.type) {
    case kind::plain:
        return true;
    case kind::fields:
        return split_fields(form);
    case kind::shopify:
        return read_shopify(text_, entries_);
    default:
        break;
    }
    for (std::string_view rest = text_; !rest.empty();) {
        auto entry = core::trim(next_entry(rest, form.type == kind::query ? "&" : form.between));
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

// Fields have no names; their numbers stand for them.
bool content::split_fields(const shape& form) {
    static constexpr std::string_view numbers = "0123456789";
    static_assert(numbers.size() == shape::max_fields);
    if (!shows(text_, form)) {
        return false;
    }
    std::string_view rest = text_;
    for (std::size_t at = 0; at < form.most && rest.data() != text_.data() + text_.size(); ++at) {
        const bool is_last = at + 1 == form.most;
        const auto value = is_last ? rest : next_entry(rest, form.between);
        entries_.emplace_back(numbers.substr(at, 1), value);
    }
    return true;
}

bool content::same_name(const step& at, std::string_view name, std::string_view marketing) const {
    if (!at.marketing) {
        return name == at.name;
    }
    return ignore_case_ ? core::iequals(name, marketing) : name == marketing;
}

bool content::same_name(const step& at, core::json::value name, std::string_view marketing) const {
    if (name.is_string()) {
        return same_name(at, name.text(), marketing);
    }
    const auto text = scalar_text(name);
    return text && same_name(at, *text, marketing);
}

bool content::contains(core::json::value list, std::string_view marketing) const {
    bool named = false;
    list.each_element([&](core::json::value element) {
        named = named || same_name(by_marketing(), element, marketing);
    });
    return named;
}

// Calls visit(value) for every value that the steps lead to.
template <class Visit>
void content::walk(core::json::value here, std::span<const step> steps, std::string_view marketing,
                   const Visit& visit) const {
    if (steps.empty()) {
        visit(here);
        return;
    }
    const auto& next = steps.front();
    const auto rest = steps.subspan(1);
    if (!next.key.empty()) {
        const auto take = [&](core::json::value element) {
            const auto key = element.find(next.key);
            if (contains(key, marketing) || same_name(next, key, marketing)) {
                walk(element, rest, marketing, visit);
            }
        };
        here.each_element(take);
        here.each_member([&](std::string_view, core::json::value member) { take(member); });
    } else if (next.marketing && ignore_case_) {
        here.each_member([&](std::string_view name, core::json::value member) {
            if (same_name(next, name, marketing)) {
                walk(member, rest, marketing, visit);
            }
        });
    } else {
        walk(here.find(next.marketing ? marketing : std::string_view(next.name)), rest, marketing,
             visit);
    }
}

std::vector<std::optional<std::string>> content::find(const path& at,
                                                      std::string_view marketing) const {
    std::vector<std::optional<std::string>> found;
    if (json_) {
        walk(json_->root(), at, marketing, [&](core::json::value value) {
            if (!value.is_null()) {
                found.push_back(scalar_text(value));
            }
        });
        return found;
    }
    if (at.empty()) {
        found.emplace_back(std::string(core::trim(text_)));
        return found;
    }
    for (const auto& [key, value] : entries_) {
        if (same_name(at.front(), key, marketing)) {
            found.emplace_back(type_ == kind::query ? core::percent_decode(value, true)
                                                    : std::string(value));
        }
    }
    return found;
}

bool content::is_there(const path& at) const {
    if (!json_) {
        return std::ranges::any_of(find(at, ""), [](const auto& text) { return !text->empty(); });
    }
    bool there = false;
    walk(json_->root(), at, "", [&](core::json::value value) {
        const bool can_be_empty = value.is_string() || value.is_array() || value.is_object();
        const bool is_empty = value.is_string() ? value.text().empty() : value.size() == 0;
        there = there || (can_be_empty ? !is_empty : !value.is_null());
    });
    return there;
}

// What an object accepts: a member that is true or holds something, or an element of a member's
// list. A marketing member of any other kind is no list's.
std::optional<bool> content::accepts(core::json::value object, std::string_view marketing,
                                     bool members_only) const {
    bool accepted = false;
    bool is_list = true;
    object.each_member([&](std::string_view name, core::json::value member) {
        if (!members_only && contains(member, marketing)) {
            accepted = true;
        } else if (same_name(by_marketing(), name, marketing)) {
            const bool is_empty = member.is_null() || (member.is_object() && member.size() == 0);
            const auto flag = member.boolean();
            accepted = accepted || flag == true || (member.is_array() && member.size() > 0);
            is_list = is_list && (is_empty || flag || member.is_array());
        }
    });
    return is_list ? std::optional(accepted) : std::nullopt;
}

std::optional<bool> content::lists(const path& at, std::string_view marketing,
                                   bool members_only) const {
    if (!json_) {
        return std::ranges::any_of(entries_, [&](const auto& entry) {
            return same_name(by_marketing(), entry.first, marketing);
        });
    }
    std::optional<bool> named;
    walk(json_->root(), at, marketing, [&](core::json::value value) {
        if (value.is_object()) {
            named = accepts(value, marketing, members_only);
        } else if (value.is_array() && !members_only) {
            named = contains(value, marketing);
        }
    });
    return named;
}

} // namespace gatepost::consent
