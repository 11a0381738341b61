// What the rules find in one event: the first fault, and warnings. Paths and texts are built only
// when there is something to say: nearly every event is in order.
#pragma once

#include <gatepost/core/result.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatepost::tiktok {

// Where something stands in an event: "/user", or a member of an object below it. Names are those
// of the rules' tables, never what the application made up.
struct place {
    std::string_view part; // "/event", "/properties", "/properties/contents"
    std::optional<std::size_t> item = std::nullopt;
    std::string_view name = {};
};

class inspection {
  public:
    inspection(std::size_t index, std::vector<std::string>& warnings)
        : index_(index), warnings_(warnings) {}

    // The first reason stands.
    void refuse(const place& where, std::string_view why) {
        if (!fault_) {
            fault_.emplace("invalid_event", std::string(why), path(where));
        }
    }
    void warn(const place& where, std::string_view what) {
        warnings_.push_back(path(where) + ": " + std::string(what));
    }
    std::optional<core::input_error> take() { return std::move(fault_); }

  private:
    std::string path(const place& where) const {
        auto text = "/events/" + std::to_string(index_) + std::string(where.part);
        if (where.item) {
            text += "/" + std::to_string(*where.item);
        }
        return where.name.empty() ? text : text + "/" + std::string(where.name);
    }

    std::size_t index_;
    std::vector<std::string>& warnings_;
    std::optional<core::input_error> fault_;
};

} // namespace gatepost::tiktok
