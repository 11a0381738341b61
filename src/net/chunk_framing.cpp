#include "chunk_framing.hpp"

#include <algorithm>

namespace gatepost::net {
namespace {

constexpr std::string_view line_end = "\r\n";

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

} // namespace

bool is_sound_framing(std::string_view framing) {
    if (framing.starts_with(line_end)) {
        framing.remove_prefix(line_end.size());
    }
    const auto end = framing.find(line_end);
    return std::ranges::none_of(framing.substr(0, end), is_control) &&
           framing.find("\r\n ") == std::string_view::npos &&
           framing.find("\r\n\t") == std::string_view::npos;
}

} // namespace gatepost::net
