// The value of a cookie, decoded and taken apart.
#pragma once

#include "cookie_rule.hpp"

#include <gatepost/core/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatepost::consent {

// Views point into the content itself, so it stays where it is.
class content {
  public:
    content() = default;
    content(const content&) = delete;
    content& operator=(const content&) = delete;

    // Takes a value apart; false when it cannot be read that way. Percent-encoding is undone as far
    // as the shape needs it: not at all, once, or twice.
    bool read(std::string_view raw, decoding how, const shape& form);

    // The texts at a place, `marketing` standing for the placeholder: none when nothing (or JSON's
    // null) is there, several when pairs repeat a name. nullopt stands for what is no scalar.
    std::vector<std::optional<std::string>> find(const path& at, std::string_view marketing) const;

    // Whether the list at a place names `marketing`; nullopt when there is no list. An object
    // counts as the list of its members that are neither false nor null nor empty.
    std::optional<bool> lists(const path& at, std::string_view marketing) const;

  private:
    bool take_apart(std::string text, const shape& form);
    bool split(const shape& form);
    core::json::value walk(const path& at, std::string_view marketing) const;

    shape::kind type_ = shape::kind::plain;
    std::optional<core::json::document> json_;
    std::string text_;
    std::vector<std::pair<std::string_view, std::string_view>> entries_;
};

} // namespace gatepost::consent
