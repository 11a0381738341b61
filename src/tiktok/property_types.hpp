// What TikTok takes for each property that it documents (Events API 2.0; sources in docs/tiktok.md
// "Properties"), and how numbers are read that come as text.
#pragma once

#include <gatepost/core/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatepost::tiktok {

enum class property_type : std::uint8_t {
    custom,   // none of TikTok's
    text,     // ids too: TikTok answers 40002 to an id that is a number
    texts,    // a list of texts
    number,   // with a dot or without
    whole,    // a number without a fraction
    numbers,  // a list of numbers
    measure,  // {"value": number, "unit": text}
    currency, // ISO 4217
    contents, // a list of items
};

struct property {
    std::string_view name;
    property_type type = property_type::custom;
    // Whether TikTok is known to look at the type: what is wrong there is refused. The others are
    // known from integrations only.
    bool checked = false;
};

// What stands at the top of `properties`; a custom one for every name that TikTok does not
// document.
const property& property_named(std::string_view name);
// The same for what stands in an item of `contents`.
const property& item_property_named(std::string_view name);

// Whether there is anything in it: not null and no empty text.
bool says_something(core::json::value given);

// The digits of a number, for an id or another text; those of a whole one without the fraction that
// some writers of JSON add (12.0). Nothing when it has more digits than were kept: it would be
// another id.
std::optional<std::string> digits_of(core::json::value number);

// A number, or text that is one in exactly the form JSON has (" 46 ", "1,5" and "0x1" are none).
std::optional<double> numeric(core::json::value given);
// The same without a fraction: 2, 2.0, "2" or "2.0", as far as a double holds it exactly.
std::optional<std::int64_t> whole_number(core::json::value given);

} // namespace gatepost::tiktok
