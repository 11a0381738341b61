// Big-endian bits straight out of base64url text (RFC 4648 section 5), six bits a character, as
// TCF and GPP strings are made of. Nothing is decoded into a buffer of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gatepost::consent {

// How a string was filled up with zero bits after its last field. Flags: short fields can end the
// same way in both.
using padding = unsigned;
constexpr padding no_padding = 0; // something is missing, or something follows
constexpr padding to_bytes = 1;   // base64url of whole bytes
constexpr padding to_quads = 2;   // whole groups of four characters, as the IAB's encoder does it
constexpr padding any_padding = to_bytes | to_quads;

class bit_reader {
  public:
    // Up to two `=` at the end are no part of the text. A character of another alphabet means that
    // nothing can be read.
    explicit bit_reader(std::string_view text);

    // The next bits as a number, at least one and at most 57. Past the end: 0, and from then on
    // everything has failed.
    std::uint64_t read(unsigned width);
    bool read_flag() { return read(1) != 0; }
    void skip(std::size_t width);

    bool failed() const { return failed_; }
    std::size_t position() const { return next_ * 6 - held_; } // bits read or skipped so far
    std::size_t size() const { return text_.size() * 6; }      // bits in all

    // How the text was filled up, if what was read are all its fields.
    padding rest() const;

  private:
    std::string_view text_;
    std::size_t next_ = 0;     // the first character not taken yet
    std::uint64_t window_ = 0; // its last `held_` bits are taken and not read
    unsigned held_ = 0;
    bool failed_ = false;
};

} // namespace gatepost::consent
