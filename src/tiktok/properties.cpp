#include "properties.hpp"

#include <cmath>
#include <optional>
#include <string_view>

namespace gatepost::tiktok {
namespace {

using core::json::value;
using core::json::writer;

bool is_id(std::string_view name) {
    return name == "content_id" || name == "order_id" || name == "shop_id";
}

// A number in the digits it would have in JSON, quoted; everything else as it is.
void write_as_text(writer& out, value id) {
    if (!id.is_number()) {
        out.copy(id);
        return;
    }
    writer digits;
    digits.copy(id);
    out.string(digits.view());
}

void write_ids(writer& out, value ids) {
    out.begin_array();
    ids.each_element([&out](value id) { write_as_text(out, id); });
    out.end_array();
}

void write_content(writer& out, value content) {
    if (!content.is_object()) {
        out.copy(content);
        return;
    }
    out.begin_object();
    content.each_member([&out](std::string_view name, value member) {
        if (member.is_null()) {
            return;
        }
        out.key(name);
        if (is_id(name)) {
            write_as_text(out, member);
        } else {
            out.copy(member);
        }
    });
    out.end_object();
}

// Sum of price times quantity (default 1, as TikTok's own server template assumes), in hundredths
// of a cent so that 0.1 + 0.2 is 0.3. Nothing unless every item has a price.
std::optional<double> total(value contents) {
    constexpr double fractions = 10'000;
    double sum = 0;
    bool known = contents.size() > 0;
    contents.each_element([&](value item) {
        const auto price = item.find("price").number();
        const auto quantity = item.find("quantity");
        const auto count = quantity.is_null() ? std::optional(1.0) : quantity.number();
        known = known && price && count;
        if (known) {
            sum += std::round(*price * *count * fractions);
        }
    });
    return known ? std::optional(sum / fractions) : std::nullopt;
}

} // namespace

void write_properties(writer& out, value properties) {
    out.begin_object();
    properties.each_member([&out](std::string_view name, value member) {
        if (member.is_null()) {
            return;
        }
        out.key(name);
        if (is_id(name)) {
            write_as_text(out, member);
        } else if (name == "content_ids" && member.is_array()) {
            write_ids(out, member);
        } else if (name == "contents" && member.is_array()) {
            out.begin_array();
            member.each_element([&out](value content) { write_content(out, content); });
            out.end_array();
        } else {
            out.copy(member);
        }
    });
    if (properties.find("value").is_null()) {
        if (const auto sum = total(properties.find("contents"))) {
            out.key("value").number(*sum);
        }
    }
    out.end_object();
}

} // namespace gatepost::tiktok
