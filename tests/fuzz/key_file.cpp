// Whatever stands in a file of keys is refused as a whole or gives every key that stands in it, in
// its order and once; what is said of it holds nothing of it.

#include "check.hpp"

#include <gatepost/core/text.hpp>
#include <gatepost/spool/key_ring.hpp>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

using namespace gatepost;
using fuzz::check;

namespace {

constexpr std::size_t digits_of_key = 64;
constexpr std::size_t most_keys = 16;

bool is_digit(char c) {
    return core::hex_value(c) >= 0;
}

// The lines that count, lower-cased; nothing when one of them is no key.
std::optional<std::vector<std::string>> keys_in(std::string_view text) {
    std::vector<std::string> keys;
    while (!text.empty()) {
        const auto line = core::trim(core::next_field(text, '\n'));
        if (line.empty() || line.starts_with('#')) {
            continue;
        }
        if (line.size() != digits_of_key || !std::ranges::all_of(line, is_digit)) {
            return std::nullopt;
        }
        keys.push_back(core::lower(line));
    }
    const std::set<std::string> distinct(keys.begin(), keys.end());
    const bool fits = !keys.empty() && keys.size() <= most_keys && distinct.size() == keys.size();
    return fits ? std::optional(std::move(keys)) : std::nullopt;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto ring = spool::key_ring::parse(text);
    const auto meant = keys_in(text);
    check(ring.has_value() == meant.has_value());
    if (!ring) {
        check(!ring.error().empty());
        return 0;
    }
    check(ring->size() == meant->size() && !ring->empty());
    check(core::to_hex(ring->newest()->bytes.reveal()) == meant->front());
    std::set<std::string> names;
    for (const auto& key : *meant) {
        const auto alone = spool::key_ring::parse(key);
        check(alone.has_value() && alone->size() == 1);
        const auto& name = alone->newest()->name;
        check(name.size() == 8 && names.insert(name).second);
        const auto* const found = ring->find(name);
        check(found != nullptr && core::to_hex(found->bytes.reveal()) == key);
        // Its name is nothing of the key.
        check(key.find(spool::shown(name)) == std::string::npos);
        check(spool::shown(name) == core::to_hex(name));
    }
    check(ring->find("") == nullptr && ring->find("no such key") == nullptr);
    return 0;
}
