#include "properties.hpp"

#include "property_types.hpp"

#include <gatepost/core/text.hpp>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace gatepost::tiktok {
namespace {

using core::json::value;
using core::json::writer;
using denied_names = std::span<const std::string>;

bool is_denied(denied_names deny, std::string_view name) {
    return std::ranges::find(deny, name) != deny.end();
}

bool any_denied(denied_names deny, std::initializer_list<std::string_view> names) {
    return std::ranges::any_of(names,
                               [deny](std::string_view name) { return is_denied(deny, name); });
}

// What is no object is copied and is for find_fault to judge.
bool item_is_written(value item, denied_names deny) {
    bool any = !item.is_object() && says_something(item);
    item.each_member([&](std::string_view name, value member) {
        any = any || (says_something(member) && !is_denied(deny, name));
    });
    return any;
}

bool is_written(std::string_view name, const property& known, value given, denied_names deny) {
    if (!says_something(given) || is_denied(deny, name)) {
        return false;
    }
    bool any = !given.is_array();
    if (known.type == property_type::contents) {
        given.each_element([&](value item) { any = any || item_is_written(item, deny); });
        return any;
    }
    if (known.type == property_type::texts || known.type == property_type::numbers) {
        given.each_element([&](value one) { any = any || says_something(one); });
        return any;
    }
    if (known.type == property_type::measure && given.is_object()) {
        return item_is_written(given, {});
    }
    return true;
}

// A number's digits, quoted; everything else as it is.
void write_text(writer& out, value given) {
    if (const auto digits = digits_of(given)) {
        out.string(*digits);
    } else {
        out.copy(given);
    }
}

void write_texts(writer& out, value given) {
    if (!given.is_array()) {
        out.begin_array();
        write_text(out, given);
        out.end_array();
        return;
    }
    out.begin_array();
    given.each_element([&out](value text) {
        if (says_something(text)) {
            write_text(out, text);
        }
    });
    out.end_array();
}

// Text that is a number has the form of one in JSON, digits and all.
void write_number(writer& out, value given) {
    if (given.is_string() && numeric(given)) {
        out.raw(given.text());
    } else {
        out.copy(given);
    }
}

void write_numbers(writer& out, value given) {
    if (!given.is_array()) {
        write_number(out, given);
        return;
    }
    out.begin_array();
    given.each_element([&out](value number) {
        if (says_something(number)) {
            write_number(out, number);
        }
    });
    out.end_array();
}

void write_measure(writer& out, value given) {
    if (!given.is_object()) {
        out.copy(given);
        return;
    }
    out.begin_object();
    given.each_member([&out](std::string_view name, value member) {
        if (!says_something(member)) {
            return;
        }
        out.key(name);
        if (name == "value") {
            write_number(out, member);
        } else {
            out.copy(member);
        }
    });
    out.end_object();
}

void write_whole(writer& out, value given) {
    if (const auto whole = whole_number(given)) {
        out.integer(*whole);
    } else {
        out.copy(given);
    }
}

void write_currency(writer& out, value given) {
    constexpr std::size_t letters = 3; // ISO 4217
    const auto code = given.text();
    if (code.size() == letters && std::ranges::all_of(code, core::is_alpha)) {
        out.string(core::upper(code));
    } else {
        write_text(out, given);
    }
}

void write_contents(writer& out, value given, denied_names deny);

void write_value(writer& out, property_type type, value given, denied_names deny) {
    switch (type) {
    case property_type::text:
        return write_text(out, given);
    case property_type::texts:
        return write_texts(out, given);
    case property_type::number:
        return write_number(out, given);
    case property_type::whole:
        return write_whole(out, given);
    case property_type::numbers:
        return write_numbers(out, given);
    case property_type::measure:
        return write_measure(out, given);
    case property_type::currency:
        return write_currency(out, given);
    case property_type::contents:
        return write_contents(out, given, deny);
    case property_type::custom:
        out.copy(given);
    }
}

void write_contents(writer& out, value given, denied_names deny) {
    if (!given.is_array()) {
        out.copy(given);
        return;
    }
    out.begin_array();
    given.each_element([&](value item) {
        if (!item_is_written(item, deny)) {
            return;
        }
        if (!item.is_object()) {
            out.copy(item);
            return;
        }
        out.begin_object();
        item.each_member([&](std::string_view name, value member) {
            if (says_something(member) && !is_denied(deny, name)) {
                out.key(name);
                write_value(out, item_property_named(name).type, member, deny);
            }
        });
        out.end_object();
    });
    out.end_array();
}

// Sum of price times quantity (default 1, as TikTok's own server template assumes), in hundredths
// of a cent so that 0.1 + 0.2 is 0.3. Nothing unless every item that is written has a price.
std::optional<double> total(value contents, denied_names deny) {
    constexpr double fractions = 10'000;
    double sum = 0;
    bool known = true;
    bool any = false;
    contents.each_element([&](value item) {
        if (!item_is_written(item, deny)) {
            return;
        }
        const auto price = numeric(item.find("price"));
        const auto quantity = item.find("quantity");
        const auto count = says_something(quantity) ? numeric(quantity) : std::optional(1.0);
        any = true;
        known = known && price && count;
        if (known) {
            sum += std::round(*price * *count * fractions);
        }
    });
    return any && known && std::isfinite(sum) ? std::optional(sum / fractions) : std::nullopt;
}

// The content_type that every written item has; "" when they differ or one has none.
std::string_view common_content_type(value contents, denied_names deny) {
    std::optional<std::string_view> shared;
    contents.each_element([&](value item) {
        if (item_is_written(item, deny)) {
            const auto own = item.find("content_type").text();
            shared = !shared || *shared == own ? own : std::string_view();
        }
    });
    return shared.value_or("");
}

} // namespace

void write_properties(writer& out, value properties, denied_names deny) {
    out.begin_object();
    properties.each_member([&](std::string_view name, value member) {
        const auto& known = property_named(name);
        if (is_written(name, known, member, deny)) {
            out.key(name);
            write_value(out, known.type, member, deny);
        }
    });
    const auto contents = properties.find("contents");
    if (!says_something(properties.find("content_type")) &&
        !any_denied(deny, {"content_type", "contents"})) {
        if (const auto shared = common_content_type(contents, deny); !shared.empty()) {
            out.member("content_type", shared);
        }
    }
    if (!says_something(properties.find("value")) &&
        !any_denied(deny, {"value", "contents", "price", "quantity"})) {
        if (const auto sum = total(contents, deny)) {
            out.key("value").number(*sum);
        }
    }
    out.end_object();
}

// What is computed is computed from items that are written themselves.
bool has_properties(value properties, denied_names deny) {
    bool any = false;
    properties.each_member([&](std::string_view name, value member) {
        any = any || is_written(name, property_named(name), member, deny);
    });
    return any;
}

} // namespace gatepost::tiktok
