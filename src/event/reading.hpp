// How the decoders walk through one object: tables of known fields, and a reading that knows where
// it stands, so that every error and warning names its path and never what was sent.
#pragma once

#include <gatepost/core/json.hpp>
#include <gatepost/core/result.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::event {

class reading {
  public:
    // `root` is the path of the object, "" when it is all there is; `error_code` a literal.
    reading(core::json::document& text, std::vector<std::string>& warnings, std::string root,
            std::string_view error_code)
        : text_(text), warnings_(warnings), root_(std::move(root)), error_code_(error_code) {}

    // Steps are names from the tables, which live for ever.
    void enter(std::string_view step) { steps_.push_back(step); }
    void leave() { steps_.pop_back(); }
    std::string_view here() const { return steps_.back(); }

    // The object is not valid. The first reason stands.
    void refuse(std::string_view why);
    void warn(std::string_view what);
    const std::optional<core::input_error>& error() const { return error_; }

    // A string, or a whole number as text; nothing for any other value.
    std::optional<std::string_view> text_or_integer(core::json::value from);

  private:
    std::string path() const;

    core::json::document& text_;
    std::vector<std::string>& warnings_;
    std::string root_;
    std::string_view error_code_;
    std::vector<std::string_view> steps_;
    std::optional<core::input_error> error_;
};

template <class Target>
struct field {
    std::string_view name;
    void (*read)(reading&, Target&, core::json::value);
};

// Hands each member of the object to its reader. A null is absent. Names that are in no table are
// text the application made up, so they are counted and not named.
template <class Target>
void read_fields(reading& now, Target& into, core::json::value object,
                 std::span<const field<Target>> known) {
    if (!object.is_object()) {
        now.refuse("must be an object");
        return;
    }
    std::size_t unknown = 0;
    object.each_member([&](std::string_view name, core::json::value member) {
        if (member.is_null()) {
            return;
        }
        const auto found = std::ranges::find(known, name, &field<Target>::name);
        if (found == known.end()) {
            ++unknown;
            return;
        }
        now.enter(found->name);
        found->read(now, into, member);
        now.leave();
    });
    if (unknown > 0) {
        now.warn(unknown == 1 ? "1 unknown key; left out"
                              : std::to_string(unknown) + " unknown keys; left out");
    }
}

} // namespace gatepost::event
