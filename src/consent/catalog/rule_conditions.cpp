#include "rule_conditions.hpp"

#include "cookie_index.hpp"
#include "rule_forms.hpp"

#include <gatepost/core/text.hpp>

#include <algorithm>

namespace gatepost::consent {
namespace {

// One step, or two: "name", "{marketing}", "[key={marketing}]", "name[key={marketing}]".
bool append_steps(path& steps, std::string_view text) {
    std::string_view key;
    if (const auto open = text.find('['); open != std::string_view::npos && text.ends_with(']')) {
        key = text.substr(open + 1, text.size() - open - 2);
        text = text.substr(0, open);
        const auto equals = key.find('=');
        if (equals == std::string_view::npos || equals == 0 ||
            key.substr(equals + 1) != marketing_placeholder) {
            return false;
        }
        key = key.substr(0, equals);
    }
    const bool marketing = text == marketing_placeholder;
    if ((text.empty() && key.empty()) ||
        (!marketing && text.find_first_of("{}[]") != std::string_view::npos)) {
        return false;
    }
    if (!text.empty()) {
        steps.push_back({marketing ? "" : std::string(text), marketing, ""});
    }
    if (!key.empty()) {
        steps.push_back({"", true, std::string(key)});
    }
    return true;
}

std::optional<path> parse_path(std::string_view text, bool nested) {
    path steps;
    while (!text.empty()) {
        const bool more = nested && text.find('.') != std::string_view::npos;
        const auto name = nested ? core::next_field(text, '.') : std::exchange(text, "");
        if ((more && text.empty()) || !append_steps(steps, name)) {
            return std::nullopt;
        }
    }
    return steps;
}

// The cookie a condition, time or place is about; "" for the rule's own.
std::string read_other_cookie(rule_fields& fields) {
    if (fields.has("cookie") == fields.has("field")) {
        fields.fail("either 'field' or 'cookie' is needed, not both");
    }
    const auto cookie = fields.text("cookie");
    if (cookie && !is_cookie_name(*cookie)) {
        fields.fail("cookie", "must be the name of a cookie");
    }
    return cookie.value_or("");
}

std::vector<path> read_fields(rule_fields& fields, const shape* form) {
    auto places = read_paths(fields, "field", form);
    for (const auto& steps : places) {
        const bool is_whole = steps.empty() && form != nullptr && !is_nested(*form);
        if ((steps.empty() && !is_whole) || has_placeholder(steps)) {
            fields.fail("field", "must name a member");
        }
    }
    return places;
}

condition read_condition(rule_fields fields, const shape* form) {
    condition test;
    test.cookie = read_other_cookie(fields);
    test.fields = read_fields(fields, form);
    test.is = fields.texts("is");
    test.is_not = fields.texts("not");
    test.contains = fields.text("contains").value_or("");
    if (const auto at_least = fields.text("at_least")) {
        test.at_least = core::parse_integer<std::int64_t>(*at_least);
        if (!test.at_least) {
            fields.fail("at_least", "must be a whole number");
        }
    }
    const auto present = fields.choice<bool>("present", {{"true", true}, {"false", false}});
    test.present = present == true;
    test.absent = present == false;
    if (int{fields.has("is")} + int{fields.has("not")} + int{!test.contains.empty()} +
            int{fields.has("at_least")} + int{fields.has("present")} !=
        1) {
        fields.fail("one of 'is', 'not', 'contains', 'at_least' and 'present' is needed");
    }
    fields.finish();
    return test;
}

// The map at a key, or nothing when it is not there or no map.
std::optional<rule_fields> read_map(rule_fields& fields, std::string_view key) {
    const auto node = fields.take(key);
    if (!node) {
        return std::nullopt;
    }
    rule_fields members(*node, fields.complaints());
    return node->IsMap() ? std::optional(std::move(members)) : std::nullopt;
}

} // namespace

bool has_placeholder(const path& steps) {
    return std::ranges::any_of(steps, &step::marketing);
}

std::optional<path> read_path(rule_fields& fields, std::string_view key, std::string_view text,
                              const shape* form) {
    auto steps = parse_path(text, form == nullptr || is_nested(*form));
    if (!steps) {
        fields.fail(key, "must be member names with dots between them");
        return std::nullopt;
    }
    if (form != nullptr && !has_members(*form) && !steps->empty()) {
        fields.fail(key, "must be empty: this shape has no members");
        return std::nullopt;
    }
    return steps;
}

std::vector<path> read_paths(rule_fields& fields, std::string_view key, const shape* form) {
    std::vector<path> places;
    for (const auto& text : fields.texts(key)) {
        if (auto steps = read_path(fields, key, text, form)) {
            places.push_back(std::move(*steps));
        }
    }
    return places;
}

std::vector<condition> read_conditions(rule_fields& fields, std::string_view key,
                                       const shape* form) {
    std::vector<condition> tests;
    const auto list = fields.take(key);
    if (list && (!list->IsSequence() || list->size() == 0)) {
        fields.fail(key, "must be a list of conditions");
    } else if (list) {
        for (const auto& node : *list) {
            rule_fields members(node, fields.complaints());
            if (node.IsMap()) {
                tests.push_back(read_condition(std::move(members), form));
            }
        }
    }
    return tests;
}

std::optional<moment> read_moment(rule_fields& fields, std::string_view key, const shape* form) {
    auto members = read_map(fields, key);
    if (!members) {
        return std::nullopt;
    }
    moment when;
    when.cookie = read_other_cookie(*members);
    when.fields = read_fields(*members, form);
    members->need("unit");
    when.units = members->choices<time_unit>("unit", {{"s", time_unit::seconds},
                                                      {"ms", time_unit::milliseconds},
                                                      {"min", time_unit::minutes},
                                                      {"iso8601", time_unit::iso8601},
                                                      {"http", time_unit::http_date}});
    members->finish();
    return when;
}

std::vector<path> read_term(rule_fields& fields, std::string_view key, const shape* form) {
    auto members = read_map(fields, key);
    if (!members) {
        return {};
    }
    members->need("field");
    auto places = read_fields(*members, form);
    members->need("unit");
    members->choice<bool>("unit", {{"days", true}});
    members->finish();
    return places;
}

std::optional<whereabouts_hint> read_hint(rule_fields& fields, std::string_view key,
                                          const shape* form) {
    using written = whereabouts_hint::form;
    auto members = read_map(fields, key);
    if (!members) {
        return std::nullopt;
    }
    whereabouts_hint hint;
    hint.cookie = read_other_cookie(*members);
    if (auto places = read_fields(*members, form); places.size() > 1) {
        members->fail("field", "must be one text");
    } else if (!places.empty()) {
        hint.field = std::move(places.front());
    }
    members->need("form");
    hint.written = members
                       ->choice<written>("form", {{"country", written::country},
                                                  {"country;region", written::country_region},
                                                  {"countryregion", written::joined},
                                                  {"region#country", written::region_country},
                                                  {"behavior,country", written::behavior}})
                       .value_or(written::country);
    members->finish();
    return hint;
}

} // namespace gatepost::consent
