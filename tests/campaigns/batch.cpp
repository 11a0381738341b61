#include "batch.hpp"

#include <gatepost/core/text.hpp>

namespace gatepost::campaigns {

std::optional<batch> batch::read(std::string body) {
    auto parsed = core::json::parse(std::move(body));
    if (!parsed) {
        return std::nullopt;
    }
    batch made;
    made.body_ = std::move(*parsed);
    const auto root = made.body_.root();
    bool known = true;
    const auto add_all = [&](core::json::value list, std::string_view pixel) {
        list.each_element([&](auto event) { known = made.add(event, pixel) && known; });
    };
    if (const auto pixel = root.find("event_source_id")) {
        add_all(root.find("data"), pixel.text());
    } else if (const auto list = root.find("batch")) {
        add_all(list, root.find("pixel_code").text());
    } else {
        known = made.add(root, root.find("pixel_code").text());
    }
    return known ? std::optional(std::move(made)) : std::nullopt;
}

bool batch::add(core::json::value event, std::string_view pixel) {
    const auto properties = event.find("properties");
    const auto number = core::parse_integer<order_number>(properties.find("order_id").text());
    const auto value = properties.find("value").integer();
    if (!number || !value) {
        return false;
    }
    orders_.push_back({.number = *number,
                       .pixel = pixel,
                       .event = event.find("event").text(),
                       .event_id = event.find("event_id").text(),
                       .value = *value});
    return true;
}

} // namespace gatepost::campaigns
