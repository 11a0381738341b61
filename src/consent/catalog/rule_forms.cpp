#include "rule_forms.hpp"

#include <gatepost/core/text.hpp>

namespace gatepost::consent {
namespace {

using kind = shape::kind;

void read_separators(rule_fields& fields, shape& form) {
    if (const auto between = fields.text("between")) {
        form.between = *between;
        if (between->empty()) {
            fields.fail("between", "must be at least one character");
        }
    }
}

void read_most(rule_fields& fields, shape& form) {
    if (const auto most = fields.text("most")) {
        const auto number = core::parse_integer<std::size_t>(*most);
        if (!number || *number < 2 || *number > shape::max_fields) {
            fields.fail("most", "must be a number from 2 to 10");
        }
        form.most = number.value_or(form.most);
    }
}

} // namespace

bool has_members(const shape& form) {
    return form.type != kind::plain && form.type != kind::list;
}

bool is_nested(const shape& form) {
    return form.type == kind::json || form.type == kind::js_literal;
}

std::optional<shape> read_form(rule_fields& fields) {
    fields.need("shape");
    const auto type = fields.choice<kind>("shape", {{"plain", kind::plain},
                                                    {"json", kind::json},
                                                    {"jslit", kind::js_literal},
                                                    {"query", kind::query},
                                                    {"pairs", kind::pairs},
                                                    {"list", kind::list},
                                                    {"fields", kind::fields},
                                                    {"shopify", kind::shopify}});
    shape form;
    // After a wrong shape every key may belong to the right one.
    form.type = type.value_or(kind::plain);
    if (form.type == kind::query) {
        form.equals = '=';
    }
    if (form.type == kind::pairs || form.type == kind::list || form.type == kind::fields || !type) {
        read_separators(fields, form);
    }
    if (form.type == kind::pairs || !type) {
        form.equals = fields.separator("equals", form.equals);
    }
    if (form.type == kind::fields || !type) {
        read_most(fields, form);
    }
    return type ? std::optional(form) : std::nullopt;
}

} // namespace gatepost::consent
