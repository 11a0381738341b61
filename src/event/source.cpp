#include <gatepost/event/inbound.hpp>

#include <algorithm>
#include <array>

namespace gatepost::event {
namespace {

constexpr std::array<std::string_view, 4> names{"web", "app", "offline", "crm"};

} // namespace

std::string_view to_string(source value) {
    return names[static_cast<std::size_t>(value)];
}

std::optional<source> source_named(std::string_view name) {
    const auto found = std::ranges::find(names, name);
    return found == names.end() ? std::nullopt
                                : std::optional(static_cast<source>(found - names.begin()));
}

} // namespace gatepost::event
