// The head of a request as it comes in, before it is parsed: where it ends, and what no parser
// should be asked to read (RFC 9112 sections 2.2, 3 and 5.2).
#pragma once

#include <cstddef>
#include <string_view>

namespace gatepost::net {

class head_scan {
  public:
    enum class state {
        more, // as far as it has come it may be one
        complete,
        // No HTTP/1.0 or 1.1; a line that ends with LF alone, which others may read as two; or one
        // that goes on in the next (obs-fold). What one line holds is the parser's affair.
        malformed,
        too_many_fields,
    };
    // All that has come since the head's first byte, at each call more of it.
    state look(std::string_view arrived);
    // Of a complete head, with the empty line at its end.
    std::size_t size() const { return line_; }

    static constexpr std::size_t most_fields = 128;

  private:
    state end_line(std::string_view line);

    std::size_t line_ = 0;   // where the line begins that has not ended yet
    std::size_t looked_ = 0; // how far it has no end
    std::size_t lines_ = 0;
};

} // namespace gatepost::net
