// What stands between the data of chunks, beyond what the parser refuses (RFC 9112 section 7.1).
#pragma once

#include <string_view>

namespace gatepost::net {

// A chunk's line, with the CRLF of the data before it and, of the last chunk, the trailers. False
// when the line holds a control byte other than HT, which the parser takes inside quotes: a reader
// that ends lines with LF alone sees other chunks there. False too for trailers that are folded.
bool is_sound_framing(std::string_view framing);

} // namespace gatepost::net
