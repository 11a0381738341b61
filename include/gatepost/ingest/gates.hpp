// Each pixel's gate: its own where it overrides the common section `consent`.
#pragma once

#include <gatepost/consent/gate.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace gatepost::ingest {

class gates {
  public:
    explicit gates(consent::gate common) : common_(std::move(common)) {}

    void override_for(std::string pixel, consent::gate own) {
        own_.insert_or_assign(std::move(pixel), std::move(own));
    }
    const consent::gate& of(std::string_view pixel) const {
        const auto found = own_.find(pixel);
        return found == own_.end() ? common_ : found->second;
    }

  private:
    consent::gate common_;
    std::map<std::string, consent::gate, std::less<>> own_;
};

} // namespace gatepost::ingest
