// Sealed records for tests of what comes after the gate. It takes the place of the only class that
// may make one, so it is for programs that do not link the tiktok layer.
#pragma once

#include <gatepost/core/sealed_record.hpp>

#include <utility>

namespace gatepost::tiktok {

class encoder {
  public:
    static core::sealed_record seal(core::record content) {
        return core::sealed_record(std::move(content));
    }
};

} // namespace gatepost::tiktok
