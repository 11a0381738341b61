#include "property_types.hpp"

#include <gatepost/core/text.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace gatepost::tiktok {
namespace {

using core::json::value;
using type = property_type;

constexpr std::array item_properties{
    property{"content_id", type::text, true},   property{"content_type", type::text, true},
    property{"content_name", type::text, true}, property{"content_category", type::text, true},
    property{"brand", type::text, true},        property{"price", type::number, true},
    property{"quantity", type::whole, true},    property{"status", type::text, true},
};

// The items' may stand at the top as well.
constexpr std::array event_properties{
    property{"contents", type::contents, true},    property{"content_ids", type::texts, true},
    property{"value", type::number, true},         property{"currency", type::currency, true},
    property{"num_items", type::whole, true},      property{"order_id", type::text, true},
    property{"shop_id", type::text, true},         property{"query", type::text, true},
    property{"search_string", type::text, true},   property{"description", type::text, true},
    property{"predicted_ltv", type::number, true}, property{"delivery_category", type::text, true},
    property{"event_channel", type::text, true},
};

constexpr std::array travel_properties{
    property{"city", type::text},
    property{"region", type::text},
    property{"country", type::text},
    property{"checkin_date", type::text},
    property{"checkout_date", type::text},
    property{"num_adults", type::number},
    property{"num_children", type::number},
    property{"num_infants", type::number},
    property{"suggested_hotels", type::texts},
    property{"departing_departure_date", type::text},
    property{"returning_departure_date", type::text},
    property{"origin_airport", type::text},
    property{"destination_airport", type::text},
    property{"destination_ids", type::texts},
    property{"departing_arrival_date", type::text},
    property{"returning_arrival_date", type::text},
    property{"travel_class", type::text},
    property{"user_score", type::number},
    property{"preferred_num_stops", type::number},
    property{"travel_start", type::text},
    property{"travel_end", type::text},
    property{"suggested_destinations", type::texts},
};

constexpr std::array vehicle_properties{
    property{"postal_code", type::text},
    property{"make", type::text},
    property{"model", type::text},
    property{"year", type::number},
    property{"state_of_vehicle", type::text},
    property{"mileage", type::measure},
    property{"exterior_color", type::text},
    property{"transmission", type::text},
    property{"body_style", type::text},
    property{"fuel_type", type::text},
    property{"drivetrain", type::text},
    property{"preferred_price_range", type::numbers},
    property{"trim", type::text},
    property{"vin", type::text},
    property{"interior_color", type::text},
    property{"condition_of_vehicle", type::text},
    property{"viewcontent_type", type::text},
    property{"search_type", type::text},
    property{"registration_type", type::text},
};

constexpr property made_up{};

constexpr double exact_up_to = 9'007'199'254'740'992; // 2^53

const property* find_in(const auto& table, std::string_view name) {
    const auto found = std::ranges::find(table, name, &property::name);
    return found == table.end() ? nullptr : &*found;
}

std::string_view digits_removed(std::string_view text) {
    while (!text.empty() && core::is_digit(text.front())) {
        text.remove_prefix(1);
    }
    return text;
}

// RFC 8259, section 6.
bool is_json_number(std::string_view text) {
    text.remove_prefix(text.starts_with('-') ? 1 : 0);
    auto rest = digits_removed(text);
    const auto whole = text.substr(0, text.size() - rest.size());
    if (whole.empty() || (whole.size() > 1 && whole.starts_with('0'))) {
        return false;
    }
    if (rest.starts_with('.')) {
        const auto after = digits_removed(rest.substr(1));
        if (after.size() + 1 == rest.size()) {
            return false;
        }
        rest = after;
    }
    if (rest.starts_with('e') || rest.starts_with('E')) {
        rest.remove_prefix(1);
        rest.remove_prefix(rest.starts_with('+') || rest.starts_with('-') ? 1 : 0);
        return !rest.empty() && digits_removed(rest).empty();
    }
    return rest.empty();
}

} // namespace

const property& property_named(std::string_view name) {
    if (const auto* found = find_in(event_properties, name)) {
        return *found;
    }
    if (const auto* found = find_in(item_properties, name)) {
        return *found;
    }
    if (const auto* found = find_in(travel_properties, name)) {
        return *found;
    }
    const auto* found = find_in(vehicle_properties, name);
    return found != nullptr ? *found : made_up;
}

const property& item_property_named(std::string_view name) {
    const auto* found = find_in(item_properties, name);
    return found != nullptr ? *found : made_up;
}

bool says_something(value given) {
    return given.is_string() ? !given.text().empty() : !given.is_null();
}

std::optional<double> numeric(value given) {
    if (!given.is_string()) {
        return given.number();
    }
    const auto text = given.text();
    if (!is_json_number(text)) {
        return std::nullopt;
    }
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && std::isfinite(number) ? std::optional(number) : std::nullopt;
}

std::optional<std::string> digits_of(value number) {
    const auto amount = number.number();
    if (!amount) {
        return std::nullopt;
    }
    core::json::writer digits;
    const auto whole = whole_number(number);
    if (whole) {
        digits.integer(*whole);
    } else {
        digits.copy(number);
    }
    // Past 2^64, or with a fraction that hides how many digits there were.
    const bool lost =
        !whole && std::abs(*amount) >= exact_up_to && !digits_removed(digits.view()).empty();
    return lost ? std::nullopt : std::optional(digits.take());
}

std::optional<std::int64_t> whole_number(value given) {
    if (const auto whole = given.integer()) {
        return whole;
    }
    const auto number = numeric(given);
    return number && std::trunc(*number) == *number && std::abs(*number) <= exact_up_to
               ? std::optional(static_cast<std::int64_t>(*number))
               : std::nullopt;
}

} // namespace gatepost::tiktok
