// The header of a GPP string (Global Privacy Platform, "Consent String Specification", Header).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace gatepost::consent {

// The ids of a string's sections, in the order in which they follow the header: ascending.
class gpp_header {
  public:
    // nullopt for anything but a complete header of type 3 and version 1 with at most `most`
    // sections; 27 ids are known.
    static std::optional<gpp_header> parse(std::string_view text);
    static constexpr std::size_t most = 64;

    std::span<const std::uint32_t> sections() const { return {ids_.data(), count_}; }

  private:
    bool add(std::uint32_t first, std::uint32_t last);

    std::array<std::uint32_t, most> ids_{};
    std::size_t count_ = 0;
};

} // namespace gatepost::consent
