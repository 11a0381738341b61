#include "rule_parser.hpp"

#include "cookie_index.hpp"
#include "rule_conditions.hpp"
#include "rule_fields.hpp"
#include "rule_forms.hpp"

#include <gatepost/consent/gate.hpp>
#include <gatepost/core/text.hpp>

#include <algorithm>

namespace gatepost::consent {
namespace {

using kind = shape::kind;

class rule_parser {
  public:
    explicit rule_parser(std::vector<rule_error>& errors) : errors_(errors) {}

    cookie_rule parse(const YAML::Node& node) {
        rule_fields fields(node, errors_);
        if (!node.IsMap()) {
            return {};
        }
        read_name(fields);
        read_cookie(fields);
        read_shape(fields);
        read_lists(fields);
        read_places(fields);
        read_names(fields);
        read_values(fields);
        read_circumstances(fields);
        fields.finish();
        return std::move(rule_);
    }

  private:
    void read_name(rule_fields& fields) {
        constexpr std::size_t longest = 40;
        fields.need("name");
        rule_.name = fields.text("name").value_or("rule");
        const bool is_label = !rule_.name.empty() && rule_.name.size() <= longest &&
                              std::ranges::all_of(rule_.name, [](char c) {
                                  return core::is_digit(c) || c == '-' ||
                                         (core::is_alpha(c) && c == core::to_lower(c));
                              });
        auto reserved = gate::formats();
        std::ranges::copy(gate::fixed_formats(), std::back_inserter(reserved));
        if (!is_label) {
            fields.fail("name", "must be 1 to 40 lower-case letters, digits and dashes");
        } else if (std::ranges::find(reserved, rule_.name) != reserved.end()) {
            fields.fail("name", "is the name of a source outside the catalog");
        }
    }

    void read_cookie(rule_fields& fields) {
        if (fields.has("cookie") == fields.has("prefix")) {
            fields.fail("either 'cookie' or 'prefix' is needed, not both");
        }
        rule_.is_prefix = fields.has("prefix");
        const auto* key = rule_.is_prefix ? "prefix" : "cookie";
        const auto cookie = fields.text("cookie");
        const auto prefix = fields.text("prefix");
        rule_.cookie = (rule_.is_prefix ? prefix : cookie).value_or("");
        auto name = rule_.cookie;
        if (const auto at = name.find(marketing_placeholder);
            at != std::string::npos && !rule_.is_prefix) {
            names_marketing_ = true;
            name.erase(at, marketing_placeholder.size());
            name += "x";
        }
        if (fields.has(key) && !is_cookie_name(name)) {
            fields.fail(key, "must be the name of a cookie");
        }
        // What comes after the prefix.
        if (rule_.is_prefix) {
            rule_.suffix = fields.text("suffix").value_or("");
            rule_.other_suffix = fields.texts("not_suffix");
            rule_.digits = fields.flag("digits");
        }
    }

    void read_shape(rule_fields& fields) {
        rule_.decode = fields
                           .choice<decoding>("decode", {{"raw", decoding::raw},
                                                        {"url", decoding::url},
                                                        {"base64", decoding::base64},
                                                        {"base64url", decoding::base64}})
                           .value_or(decoding::url);
        const auto form = read_form(fields);
        form_known_ = form.has_value();
        rule_.form = form.value_or(shape());
        if (const auto node = fields.take("inside")) {
            rule_fields inner(*node, errors_);
            if (node->IsMap()) {
                read_inside(inner);
            }
            if (!fields.has("where")) {
                fields.fail("inside", "needs 'where'");
            }
        }
    }

    void read_inside(rule_fields& inner) {
        const auto form = read_form(inner);
        form_known_ = form_known_ && form;
        rule_.inside = form.value_or(shape());
        if (form && form->type == kind::plain) {
            inner.fail("shape", "must not be plain here");
        }
        rule_.inside_where = read_paths(inner, "where", form ? &*form : nullptr);
        if (rule_.inside_where.empty()) {
            rule_.inside_where.emplace_back();
        }
        inner.finish();
    }

    // What paths are checked against; nullptr after a wrong shape.
    const shape* known_form() const { return form_known_ ? &rule_.form : nullptr; }

    const shape& innermost() const { return rule_.inside ? *rule_.inside : rule_.form; }

    bool lists_only() const {
        return rule_.lists == listing::accepted || rule_.lists == listing::refused;
    }

    void read_lists(rule_fields& fields) {
        const auto offer_members = has_members(innermost());
        if (offer_members) {
            fields.need("lists");
        }
        rule_.lists = innermost().type == kind::list ? listing::accepted : listing::none;
        if (offer_members || !form_known_) {
            rule_.lists = fields
                              .choice<listing>("lists", {{"all", listing::all},
                                                         {"accepted", listing::accepted},
                                                         {"refused", listing::refused},
                                                         {"none", listing::none}})
                              .value_or(form_known_ ? listing::all : listing::none);
        } else if (innermost().type == kind::list) {
            rule_.lists = fields
                              .choice<listing>("lists", {{"accepted", listing::accepted},
                                                         {"refused", listing::refused}})
                              .value_or(listing::accepted);
        }
        if (rule_.lists == listing::accepted) {
            rule_.refused = read_paths(fields, "refused", known_form());
            rule_.members_only = is_nested(innermost()) && fields.flag("members_only");
            rule_.needs_all = fields.choice<bool>("needs", {{"any", false}, {"all", true}}) == true;
            rule_.unlisted_denied =
                fields.choice<bool>("unlisted", {{"denied", true}, {"undecided", false}}) != false;
        }
        if (rule_.inside && !rule_.refused.empty()) {
            fields.fail("refused", "cannot stand beside 'inside'");
        }
        rule_.ignore_case = rule_.lists != listing::none && fields.flag("ignore_case");
    }

    void read_places(rule_fields& fields) {
        rule_.where = read_paths(fields, "where", known_form());
        if (rule_.where.empty()) {
            rule_.where.emplace_back();
        }
        const bool by_value = rule_.lists == listing::all;
        for (const auto* places : {&rule_.where, &rule_.refused, &rule_.inside_where}) {
            const bool is_innermost = places == &rule_.inside_where || !rule_.inside;
            if ((!by_value || !is_innermost) && std::ranges::any_of(*places, has_placeholder)) {
                fields.fail("where", "can hold {marketing} only where every category has a value");
            }
        }
        for (auto& steps : rule_.inside ? rule_.inside_where : rule_.where) {
            if (by_value && !has_placeholder(steps)) {
                steps.push_back({"", true, ""});
            }
            if (form_known_ && !is_nested(innermost()) && steps.size() > 1) {
                fields.fail("where", "must be empty: this shape is not nested");
            }
        }
    }

    void read_names(rule_fields& fields) {
        const bool by_name = rule_.lists != listing::none || names_marketing_;
        if (names_marketing_ && form_known_ && rule_.form.type != kind::plain) {
            fields.fail("cookie", "can hold {marketing} only with shape plain");
        }
        if (by_name) {
            fields.need("marketing");
        } else if (form_known_) {
            for (const auto* key : {"marketing", "vetoes"}) {
                if (fields.has(key)) {
                    fields.fail(key, "has no use where there are no categories");
                }
            }
        }
        rule_.marketing = fields.texts_or_none("marketing");
        if (!rule_.marketing.empty()) {
            if (const auto wrong = check_marketing_names(rule_, rule_.marketing); !wrong.empty()) {
                fields.fail("marketing", wrong);
            }
        }
        rule_.vetoes = fields.texts("vetoes");
    }

    void read_values(rule_fields& fields) {
        rule_.granted = fields.texts("granted");
        rule_.denied = fields.texts("denied");
        rule_.implied = fields.texts("implied");
        rule_.undecided = fields.texts("undecided");
        if (lists_only()) {
            for (const auto* key : {"granted", "denied", "implied", "undecided"}) {
                if (fields.has(key)) {
                    fields.fail(key, "has no use where only names are listed");
                }
            }
            if (rule_.refused.empty() && fields.has("vetoes")) {
                fields.fail("vetoes", "has no use without a list of what was refused");
            }
        } else if (form_known_ && !fields.has("us_opt_out_when")) {
            fields.need("denied");
        }
        if (const auto node = fields.take("whole")) {
            rule_fields whole(*node, errors_);
            rule_.whole = {whole.texts("granted"), whole.texts("denied"), whole.texts("implied"),
                           whole.texts("undecided")};
            whole.finish();
        }
    }

    void read_circumstances(rule_fields& fields) {
        const auto* form = known_form();
        rule_.denied_when = read_conditions(fields, "denied_when", form);
        rule_.all_granted_when = read_conditions(fields, "all_granted_when", form);
        rule_.all_denied_when = read_conditions(fields, "all_denied_when", form);
        rule_.decided_when = read_conditions(fields, "decided_when", form);
        rule_.implied_when = read_conditions(fields, "implied_when", form);
        rule_.asked_again_when = read_conditions(fields, "asked_again_when", form);
        rule_.withheld_when = read_conditions(fields, "withheld_when", form);
        rule_.gpc_when = read_conditions(fields, "gpc_when", form);
        rule_.us_opt_out_when = read_conditions(fields, "us_opt_out_when", form);
        rule_.chosen_at = read_moment(fields, "chosen_at", form);
        rule_.expires_at = read_moment(fields, "expires_at", form);
        rule_.expires_after_days = read_term(fields, "expires_after", form);
        if (fields.has("expires_after") && !rule_.chosen_at) {
            fields.fail("expires_after", "needs 'chosen_at'");
        }
        rule_.region_hint = read_hint(fields, "region_hint", form);
    }

    std::vector<rule_error>& errors_;
    cookie_rule rule_;
    bool names_marketing_ = false; // the cookie's name holds the marketing name
    bool form_known_ = true;       // false after a wrong shape: what depends on it is not judged
};

} // namespace

std::vector<cookie_rule> parse_rules(const YAML::Node& list, std::vector<rule_error>& errors) {
    std::vector<cookie_rule> rules;
    if (list.IsNull()) {
        return rules;
    }
    if (!list.IsSequence()) {
        errors.push_back(error_at(list.Mark(), "must be a list of rules"));
        return rules;
    }
    for (const auto& node : list) {
        rules.push_back(rule_parser(errors).parse(node));
    }
    return rules;
}

std::string check_marketing_names(const cookie_rule& rule, const std::vector<std::string>& names) {
    if (names.empty() || std::ranges::find(names, std::string()) != names.end()) {
        return "must name at least one category, and none may be empty";
    }
    const bool in_cookie_name = rule.cookie.find(marketing_placeholder) != std::string::npos;
    if (in_cookie_name && !std::ranges::all_of(names, is_cookie_name)) {
        return "must be text that can stand in the name of a cookie";
    }
    return "";
}

} // namespace gatepost::consent
