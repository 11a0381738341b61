#include "rule_conditions.hpp"

#include "cookie_index.hpp"

#include <gatepost/core/text.hpp>

#include <algorithm>

namespace gatepost::consent {
namespace {

using kind = shape::kind;

std::optional<path> parse_path(std::string_view text) {
    path steps;
    while (!text.empty()) {
        const bool more = text.find('.') != std::string_view::npos;
        const auto name = core::next_field(text, '.');
        const bool marketing = name == marketing_placeholder;
        if (name.empty() || (more && text.empty()) ||
            (!marketing && name.find_first_of("{}") != std::string_view::npos)) {
            return std::nullopt;
        }
        steps.push_back({marketing ? "" : std::string(name), marketing});
    }
    return steps;
}

// The cookie a condition or time is about; "" for the rule's own.
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

path read_field(rule_fields& fields, std::string_view text, const shape* form) {
    auto steps = read_path(fields, "field", text, form);
    if (steps && (steps->empty() || has_placeholder(*steps))) {
        fields.fail("field", "must name a member");
    }
    return steps.value_or(path());
}

condition read_condition(rule_fields fields, const shape* form) {
    condition test;
    test.cookie = read_other_cookie(fields);
    if (const auto field = fields.text("field")) {
        test.field = read_field(fields, *field, form);
    }
    test.is = fields.texts("is");
    if (const auto at_least = fields.text("at_least")) {
        test.at_least = core::parse_integer<std::int64_t>(*at_least);
        if (!test.at_least) {
            fields.fail("at_least", "must be a whole number");
        }
    }
    // What counts is that it stands there.
    fields.choice<bool>("present", {{"true", true}});
    if (int{fields.has("is")} + int{fields.has("at_least")} + int{fields.has("present")} != 1) {
        fields.fail("one of 'is', 'at_least' and 'present' is needed");
    }
    fields.finish();
    return test;
}

} // namespace

bool has_members(const shape& form) {
    return form.type != kind::plain && form.type != kind::list;
}

bool is_nested(const shape& form) {
    return form.type == kind::json || form.type == kind::js_literal;
}

bool has_placeholder(const path& steps) {
    return std::ranges::any_of(steps, &step::marketing);
}

std::optional<path> read_path(rule_fields& fields, std::string_view key, std::string_view text,
                              const shape* form) {
    auto steps = parse_path(text);
    if (!steps) {
        fields.fail(key, "must be member names with dots between them");
        return std::nullopt;
    }
    if (form != nullptr && !has_members(*form) && !steps->empty()) {
        fields.fail(key, "must be empty: this shape has no members");
        return std::nullopt;
    }
    if (form != nullptr && !is_nested(*form) && steps->size() > 1) {
        fields.fail(key, "must be one member name: this shape is not nested");
        return std::nullopt;
    }
    return steps;
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
    const auto node = fields.take(key);
    if (!node) {
        return std::nullopt;
    }
    rule_fields members(*node, fields.complaints());
    if (!node->IsMap()) {
        return std::nullopt;
    }
    moment when;
    when.cookie = read_other_cookie(members);
    for (const auto& field : members.texts("field")) {
        when.fields.push_back(read_field(members, field, form));
    }
    members.need("unit");
    when.unit = members
                    .choice<time_unit>("unit", {{"s", time_unit::seconds},
                                                {"ms", time_unit::milliseconds},
                                                {"iso8601", time_unit::iso8601}})
                    .value_or(time_unit::seconds);
    members.finish();
    return when;
}

} // namespace gatepost::consent
