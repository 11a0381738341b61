// Values as people read them on a terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace gatepost::app {

// Text that others wrote, with a `?` in the place of each control character (C0, DEL and C1) and of
// each that ends a line or turns its direction (Unicode's U+2028 to U+202E and U+2066 to U+2069):
// it must not move the cursor, colour the screen or read other than it stands.
std::string printable(std::string_view text);
// "41 s", "12 min", "3 h", "2 d": whole units of the largest kind of which there are two at least.
// "0 s" for what is negative.
std::string age(std::chrono::seconds passed);
// "511 B", "1.5 KiB", "3.0 GiB".
std::string bytes(std::uint64_t count);

} // namespace gatepost::app
