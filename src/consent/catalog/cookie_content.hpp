// The value of a cookie, decoded and taken apart.
#pragma once

#include "cookie_rule.hpp"

#include <gatepost/core/json.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatepost::consent {

// Views point into the content itself, so it stays where it is.
class content {
  public:
    // Whether the marketing name is looked for without regard to case.
    explicit content(bool ignore_case) : ignore_case_(ignore_case) {}
    content(const content&) = delete;
    content& operator=(const content&) = delete;

    // Takes a value apart; false when it cannot be read that way. Percent-encoding is undone as far
    // as the shape needs it: not at all, once, or twice.
    bool read(std::string_view raw, decoding how, const shape& form);

    // The texts at a place, `marketing` standing for the placeholder: none when nothing (or JSON's
    // null) is there, several when pairs repeat a name or several members fit. nullopt stands for
    // what is no scalar.
    std::vector<std::optional<std::string>> find(const path& at, std::string_view marketing) const;

    // Whether anything stands at a place: a scalar other than "", or what is not empty.
    bool is_there(const path& at) const;

    // Whether the list at a place names `marketing`; nullopt when there is no list. An object
    // counts as the list of its members that are neither false nor null nor empty, and of what
    // stands in the lists that are its members; with `members_only` only an object counts, and only
    // the names of its members.
    std::optional<bool> lists(const path& at, std::string_view marketing, bool members_only) const;

  private:
    bool take_apart(std::string text, const shape& form);
    bool split(const shape& form);
    bool split_fields(const shape& form);
    bool same_name(const step& at, std::string_view name, std::string_view marketing) const;
    bool same_name(const step& at, core::json::value name, std::string_view marketing) const;
    bool contains(core::json::value list, std::string_view marketing) const;
    std::optional<bool> accepts(core::json::value object, std::string_view marketing,
                                bool members_only) const;
    template <class Visit>
    void walk(core::json::value here, std::span<const step> steps, std::string_view marketing,
              const Visit& visit) const;

    bool ignore_case_;
    shape::kind type_ = shape::kind::plain;
    std::optional<core::json::document> json_;
    std::string text_;
    std::vector<std::pair<std::string_view, std::string_view>> entries_;
};

} // namespace gatepost::consent
