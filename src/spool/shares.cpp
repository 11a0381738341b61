#include "shares.hpp"

namespace gatepost::spool {
namespace {

std::int64_t at(const std::map<std::int64_t, std::int64_t>& bytes, std::int64_t pixel) {
    const auto found = bytes.find(pixel);
    return found == bytes.end() ? 0 : found->second;
}

} // namespace

void shares::add(std::int64_t pixel, std::int64_t bytes) {
    changed_[pixel] += bytes;
}

bool shares::has_room(const std::string& pixel, std::int64_t number, std::uint64_t bytes) const {
    const auto most = most_.find(pixel);
    if (most == most_.end()) {
        return true;
    }
    const auto held = static_cast<std::uint64_t>(at(held_, number) + at(changed_, number));
    // A share that was made smaller may be overdrawn.
    return held <= most->second.bytes && bytes <= most->second.bytes - held;
}

void shares::keep() {
    for (const auto& [pixel, bytes] : changed_) {
        held_[pixel] += bytes;
    }
    changed_.clear();
}

} // namespace gatepost::spool
