#include "box_check.hpp"

#include <gatepost/core/key_codec.hpp>

#include <algorithm>
#include <string>

namespace gatepost::spool {

box_check::box_check(const std::vector<column>& columns) {
    const auto place_of = [&](std::string_view name) -> std::optional<int> {
        const auto found = std::ranges::find(columns, name, &column::name);
        return found == columns.end() ? std::nullopt
                                      : std::optional(static_cast<int>(found - columns.begin()));
    };
    received_ = place_of("received");
    event_time_ = place_of("event_time");
    duplicate_key_ = place_of("duplicate_key");
    variant_ = place_of("variant");
    controller_ = place_of("controller");
    box_ = place_of("box");
    message_box_ = place_of("message_box");
}

std::string_view box_check::text(const sqlite::statement& row, std::optional<int> place) const {
    return place ? row.text(*place) : std::string_view();
}

std::string_view box_check::key_of(const sqlite::statement& row) const {
    const auto box = text(row, box_);
    return is_box(box) ? key_of_box(box) : std::string_view();
}

box_check::finding box_check::look(const sqlite::statement& row, boxes& keys) const {
    const auto box = text(row, box_);
    if (box.empty()) {
        return finding::in_the_clear;
    }
    const auto key = text(row, duplicate_key_);
    if (!is_box(box) || !received_ || !event_time_ || key.size() != core::key_bytes) {
        return finding::broken;
    }
    if (!keys.knows(key_of_box(box))) {
        return finding::key_unknown;
    }
    const row_identity identity{
        .duplicate_key = core::read_key(key),
        .received = core::wall_time(std::chrono::milliseconds(row.integer(*received_))),
        .event_time = std::chrono::sys_seconds(std::chrono::seconds(row.integer(*event_time_))),
        .variant = text(row, variant_),
        .controller = text(row, controller_)};
    std::string content;
    const auto message = text(row, message_box_);
    const bool opens =
        keys.open(box, box_kind::record, identity, content) && unpack(content) &&
        (message.empty() || keys.open(message, box_kind::message, identity, content));
    return opens ? finding::opens : finding::broken;
}

} // namespace gatepost::spool
