// By what TikTok may find the person of an event: what decides how many conversions it can match.
#pragma once

#include <gatepost/event/inbound.hpp>
#include <gatepost/identity/identifier.hpp>
#include <gatepost/ingest/options.hpp>

#include <array>
#include <cstdint>
#include <string_view>

namespace gatepost::ingest {

// The kinds of identifiers an event carries, for the metric identifiers_total.
class match_keys {
  public:
    static constexpr std::array<std::string_view, 17> kinds{
        "email",      "phone",      "external_id", "ttclid",   "ttp",  "ip",
        "user_agent", "first_name", "last_name",   "zip_code", "city", "state",
        "country",    "locale",     "idfa",        "idfv",     "gaid"};

    match_keys() = default;
    // What `to` is sent of them.
    match_keys(const identity::visitor& who, const event::inbound& event, const pixel& to);

    // Calls visit(kind) for each.
    template <class Visit>
    void each(Visit&& visit) const {
        for (std::size_t i = 0; i < kinds.size(); ++i) {
            if ((present_ >> i & 1) != 0) {
                visit(kinds[i]);
            }
        }
    }

  private:
    std::uint32_t present_ = 0; // one bit for each kind, in their order
};

} // namespace gatepost::ingest
