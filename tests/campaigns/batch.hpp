// The orders in a request to TikTok, of either generation of its Events API.
#pragma once

#include "account.hpp"

#include <gatepost/core/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace gatepost::campaigns {

class batch {
  public:
    // Nothing for what is no such request, or holds what was not posted.
    static std::optional<batch> read(std::string body);
    const std::vector<sighting>& orders() const { return orders_; }

  private:
    batch() = default;
    bool add(core::json::value event, std::string_view pixel);

    core::json::document body_;
    std::vector<sighting> orders_; // views into the body
};

} // namespace gatepost::campaigns
