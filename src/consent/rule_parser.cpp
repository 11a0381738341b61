#include "rule_parser.hpp"

#include "cookie_index.hpp"
#include "rule_conditions.hpp"
#include "rule_fields.hpp"

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
        read_places(fields);
        read_meaning(fields);
        read_conditions(fields);
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
        const auto reserved = gate::formats();
        if (!is_label) {
            fields.fail("name", "must be 1 to 40 lower-case letters, digits and dashes");
        } else if (rule_.name == "minor" || rule_.name == "none" ||
                   std::ranges::find(reserved, rule_.name) != reserved.end()) {
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
    }

    // `shape`, `between` and `equals`, of a rule or of its `inside`.
    shape read_form(rule_fields& fields) {
        shape form;
        fields.need("shape");
        const auto type = fields.choice<kind>("shape", {{"plain", kind::plain},
                                                        {"json", kind::json},
                                                        {"jslit", kind::js_literal},
                                                        {"query", kind::query},
                                                        {"pairs", kind::pairs},
                                                        {"list", kind::list}});
        form.type = type.value_or(kind::plain);
        form_known_ = form_known_ && type;
        if (form.type == kind::query) {
            form.equals = '=';
        }
        // After a wrong shape every key may belong to the right one.
        if (form.type == kind::pairs || form.type == kind::list || !type) {
            form.between = fields.separator("between", form.between);
        }
        if (form.type == kind::pairs || !type) {
            form.equals = fields.separator("equals", form.equals);
        }
        return form;
    }

    void read_shape(rule_fields& fields) {
        rule_.decode = fields
                           .choice<decoding>("decode", {{"raw", decoding::raw},
                                                        {"url", decoding::url},
                                                        {"base64", decoding::base64},
                                                        {"base64url", decoding::base64}})
                           .value_or(decoding::url);
        rule_.form = read_form(fields);
        if (const auto node = fields.take("inside")) {
            rule_fields inner(*node, errors_);
            if (node->IsMap()) {
                rule_.inside = read_form(inner);
                inner.finish();
                if (rule_.inside->type == kind::plain) {
                    inner.fail("shape", "must not be plain here");
                }
            }
            if (!fields.has("where")) {
                fields.fail("inside", "needs 'where'");
            }
        }
    }

    // What paths are checked against; nullptr after a wrong shape.
    const shape* known_form() const { return form_known_ ? &rule_.form : nullptr; }

    const shape& innermost() const { return rule_.inside ? *rule_.inside : rule_.form; }

    void read_places(rule_fields& fields) {
        if (has_members(innermost())) {
            fields.need("lists");
        }
        if (has_members(innermost()) || !form_known_) {
            rule_.lists_accepted =
                fields.choice<bool>("lists", {{"all", false}, {"accepted", true}}).value_or(false);
        }
        if (innermost().type == kind::list) {
            rule_.lists_accepted = true;
        }
        const bool by_name =
            !rule_.lists_accepted && !rule_.inside && innermost().type != kind::plain;
        auto places = fields.texts("where");
        if (places.empty()) {
            places.emplace_back();
        }
        for (const auto& place : places) {
            auto steps = read_path(fields, "where", place, known_form());
            if (!steps) {
                continue;
            }
            if (has_placeholder(*steps) && !by_name) {
                fields.fail("where", "can hold {marketing} only where every category has a value");
            } else if (by_name && !has_placeholder(*steps)) {
                steps->push_back({"", true});
            }
            if (by_name && !is_nested(rule_.form) && form_known_ && steps->size() > 1) {
                fields.fail("where", "must be empty: this shape is not nested");
            }
            rule_.where.push_back(std::move(*steps));
        }
    }

    void read_meaning(rule_fields& fields) {
        const bool plain = innermost().type == kind::plain;
        rule_.marketing = fields.texts("marketing");
        if (!plain && names_marketing_ && form_known_) {
            fields.fail("cookie", "can hold {marketing} only with shape plain");
        }
        if (!plain || names_marketing_) {
            fields.need("marketing");
        } else if (form_known_) {
            for (const auto* key : {"marketing", "vetoes"}) {
                if (fields.has(key)) {
                    fields.fail(key, "has no use where the whole cookie is the value");
                }
            }
        }
        if (const auto wrong = check_marketing_names(rule_, rule_.marketing);
            !wrong.empty() && fields.has("marketing")) {
            fields.fail("marketing", wrong);
        }
        rule_.vetoes = fields.texts("vetoes");
        rule_.granted = fields.texts("granted");
        rule_.denied = fields.texts("denied");
        rule_.undecided = fields.texts("undecided");
        if (rule_.lists_accepted) {
            for (const auto* key : {"vetoes", "granted", "denied", "undecided"}) {
                if (fields.has(key)) {
                    fields.fail(key, "has no use where only what was accepted is listed");
                }
            }
        } else if (form_known_) {
            fields.need("granted");
            fields.need("denied");
        }
        if (const auto node = fields.take("whole")) {
            rule_fields whole(*node, errors_);
            rule_.whole = {whole.texts("granted"), whole.texts("denied"), whole.texts("implied"),
                           whole.texts("undecided")};
            whole.finish();
        }
    }

    void read_conditions(rule_fields& fields) {
        const auto* form = known_form();
        rule_.decided_when = consent::read_conditions(fields, "decided_when", form);
        rule_.implied_when = consent::read_conditions(fields, "implied_when", form);
        rule_.asked_again_when = consent::read_conditions(fields, "asked_again_when", form);
        rule_.gpc_when = consent::read_conditions(fields, "gpc_when", form);
        rule_.chosen_at = read_moment(fields, "chosen_at", form);
        rule_.expires_at = read_moment(fields, "expires_at", form);
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
