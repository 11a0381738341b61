// What stands around the categories of a cookie: conditions, times and places.
#pragma once

#include "cookie_content.hpp"
#include "cookie_jar.hpp"
#include "cookie_rule.hpp"
#include "reading.hpp"

#include <optional>
#include <string>
#include <vector>

namespace gatepost::consent {

class circumstances {
  public:
    // All three are borrowed. `cookie` is the cookie itself, `jar` holds the others.
    circumstances(const cookie_rule& rule, const content& cookie, const cookie_jar& jar)
        : rule_(rule), cookie_(cookie), jar_(jar) {}

    // Copies of a field or cookie may disagree: whether one or all must pass depends on which of
    // the two forbids more.
    enum class quantifier { any, all };

    // Whether one, or every one, of some tests holds. Without tests neither does.
    bool some(const std::vector<condition>& tests, quantifier how) const;
    bool every(const std::vector<condition>& tests, quantifier how) const;

    // What a yes or no is worth, with its times: chosen by the visitor, or filled in by the
    // platform.
    void settle(reading& result) const;
    // What else the cookie tells: GPC, an opt-out under US laws, a place.
    void take_asides(reading& result) const;

  private:
    using values = std::vector<std::optional<std::string>>;

    values copies_of(std::optional<std::uint16_t> slot) const;
    bool is_met(const condition& test, quantifier how) const;
    values texts_at(const moment& where) const;
    bool take_time(const std::optional<moment>& where,
                   std::optional<std::chrono::sys_seconds>& into) const;
    bool take_times(reading& result) const;

    const cookie_rule& rule_;
    const content& cookie_;
    const cookie_jar& jar_;
};

} // namespace gatepost::consent
