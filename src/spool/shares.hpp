// What each pixel takes of the spool, and how much it may take: kept, not counted. It belongs to
// the writer thread.
//
// What changes while a group is written can be taken back until keep() is called.
#pragma once

#include <gatepost/core/units.hpp>

#include <cstdint>
#include <map>
#include <string>

namespace gatepost::spool {

// Bytes as stored_size() counts them, of waiting and dead records.
class shares {
  public:
    // Most bytes by pixel; it outlives the shares. Pixels that are not in it may take all.
    explicit shares(const std::map<std::string, core::byte_size>& most) : most_(most) {}

    // A pixel, by its number, has more or, below zero, fewer bytes.
    void add(std::int64_t pixel, std::int64_t bytes);
    // Whether nobody has a share of their own: then nobody needs to be asked.
    bool unlimited() const { return most_.empty(); }
    // Whether so many bytes more stay within a pixel's share; `number` is 0 for a new one.
    bool has_room(const std::string& pixel, std::int64_t number, std::uint64_t bytes) const;

    void keep();
    void undo() { changed_.clear(); }

  private:
    const std::map<std::string, core::byte_size>& most_;
    std::map<std::int64_t, std::int64_t> held_;
    std::map<std::int64_t, std::int64_t> changed_; // since keep()
};

} // namespace gatepost::spool
