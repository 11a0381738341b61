#include "property_types.hpp"
#include "rules.hpp"

#include <gatepost/core/text.hpp>

#include <algorithm>
#include <array>

namespace gatepost::tiktok {
namespace {

using core::json::value;
using denied_names = std::span<const std::string>;

// TikTok help, "about parameters", and the official SDK.
constexpr std::string_view currencies =
    "AED ARS AUD BDT BHD BIF BOB BRL CAD CHF CLP CNY COP CRC CZK DKK DZD EGP EUR GBP GTQ HKD HNL "
    "HUF IDR ILS INR ISK JPY KES KHR KRW KWD KZT MAD MOP MXN MYR NGN NIO NOK NZD OMR PEN PHP PKR "
    "PLN PYG QAR RON RUB SAR SEK SGD THB TRY TWD UAH USD VES VND ZAR";

bool is_known_currency(std::string_view code) {
    std::array<char, 3> raised{};
    if (code.size() != raised.size() || !std::ranges::all_of(code, core::is_alpha)) {
        return false;
    }
    std::ranges::transform(code, raised.begin(), core::to_upper);
    return currencies.find(std::string_view(raised.data(), raised.size())) !=
           std::string_view::npos;
}

bool is_scalar(value given) {
    return given.is_string() || given.is_number();
}

bool is_text(value given) {
    return given.is_string() || given.integer() || digits_of(given);
}

bool each_is(value list, auto&& wanted) {
    bool all = true;
    list.each_element(
        [&](value element) { all = all && (!says_something(element) || wanted(element)); });
    return all;
}

// What is wrong about the type, after what tiktok::write_properties makes of it; "" for nothing.
std::string_view type_fault(property_type type, value given) {
    switch (type) {
    case property_type::text:
        return is_text(given)      ? ""
               : given.is_number() ? "must be a string; a number so long has lost digits"
                                   : "must be a string";
    case property_type::texts:
        return is_text(given) || (given.is_array() && each_is(given, is_text))
                   ? ""
                   : "must be an array of strings";
    case property_type::number:
        return numeric(given) ? "" : "must be a number";
    case property_type::whole:
        return whole_number(given) ? "" : "must be a whole number";
    case property_type::numbers:
        return given.is_array() &&
                       each_is(given, [](value one) { return numeric(one).has_value(); })
                   ? ""
                   : "must be an array of numbers";
    case property_type::measure:
        return given.is_object() ? "" : "must be an object with value and unit";
    case property_type::currency:
        return given.is_string() ? "" : "must be a string";
    case property_type::contents:
        return given.is_array() ? "" : "must be an array of objects";
    case property_type::custom:
        return is_scalar(given) ? "" : "neither a string nor a number";
    }
    return "";
}

class properties_inspection {
  public:
    properties_inspection(denied_names deny, inspection& found) : deny_(deny), found_(found) {}

    void look_at(value properties) {
        properties.each_member([this](std::string_view name, value member) {
            look_at_member({"/properties"}, name, property_named(name), member);
        });
        look_at_contents(properties.find("contents"));
        look_at_value(properties);
        if (odd_custom_) {
            found_.warn({"/properties"}, "a custom property that is neither a string nor a number; "
                                         "TikTok documents no other");
        }
        if (odd_content_type_) {
            found_.warn(*odd_content_type_, "TikTok knows product and product_group");
        }
    }

  private:
    bool is_sent(std::string_view name, value member) const {
        return says_something(member) && std::ranges::find(deny_, name) == deny_.end();
    }

    // `where` is that of the object.
    void look_at_member(place where, std::string_view name, const property& known, value member) {
        if (!is_sent(name, member)) {
            return;
        }
        where.name = known.name;
        if (const auto wrong = type_fault(known.type, member); !wrong.empty()) {
            if (known.type == property_type::custom) {
                odd_custom_ = true;
            } else if (known.checked) {
                found_.refuse(where, wrong);
            } else {
                found_.warn(where, wrong);
            }
        } else if (known.type == property_type::currency && !is_known_currency(member.text())) {
            found_.warn(where, "not a currency that TikTok lists");
        } else if (known.name == "content_type" && !odd_content_type_ &&
                   member.text() != "product" && member.text() != "product_group") {
            odd_content_type_ = where;
        }
    }

    void look_at_contents(value contents) {
        if (!is_sent("contents", contents)) {
            return;
        }
        place where{"/properties/contents", 0};
        contents.each_element([&](value item) {
            if (item.is_object()) {
                item.each_member([&](std::string_view name, value member) {
                    look_at_member(where, name, item_property_named(name), member);
                });
            } else if (says_something(item)) {
                found_.refuse(where, "must be an object");
            }
            ++*where.item;
        });
    }

    // Money, given or to be computed from prices.
    void look_at_value(value properties) {
        const auto given = properties.find("value");
        bool money = false;
        if (is_sent("value", given)) {
            const auto amount = numeric(given).value_or(0);
            money = amount > 0;
            if (amount < 0) {
                found_.warn({"/properties", std::nullopt, "value"},
                            "negative; whether TikTok counts it is not known");
            }
        } else if (is_sent("contents", properties.find("contents"))) {
            properties.find("contents").each_element([&money](value item) {
                money = money || numeric(item.find("price")).value_or(0) > 0;
            });
        }
        if (money && !says_something(properties.find("currency"))) {
            found_.warn({"/properties", std::nullopt, "currency"},
                        "missing; TikTok needs it to count the value");
        }
    }

    denied_names deny_;
    inspection& found_;
    bool odd_custom_ = false;
    std::optional<place> odd_content_type_;
};

} // namespace

void inspect_properties(value properties, denied_names deny, inspection& found) {
    properties_inspection(deny, found).look_at(properties);
}

} // namespace gatepost::tiktok
