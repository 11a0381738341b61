// How many records and dead letters stand under which key: kept, not counted. It belongs to the
// writer thread.
//
// What changes while a group is written can be taken back until keep() is called.
#pragma once

#include <gatepost/spool/key_ring.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace gatepost::spool {

class key_census {
  public:
    // A key by its name, "" for what stands in the clear, has more or, below zero, fewer.
    void add(std::string_view key_name, std::int64_t count);
    // What new ones stand under from now on.
    void seal_under(std::string_view key_name) { newest_ = key_name; }

    // How many do not stand as new ones would.
    std::int64_t stale() const;
    // Those of keys that are not in a ring, by name.
    std::map<key_ring::key_name, std::uint64_t> missing_in(const key_ring& keys) const;

    // Gives by how much stale() has changed since the last time.
    std::int64_t keep();
    void undo() { changed_.clear(); }

  private:
    std::string newest_;
    std::map<std::string, std::int64_t, std::less<>> held_;
    std::map<std::string, std::int64_t, std::less<>> changed_; // since keep()
    std::int64_t told_ = 0;
};

} // namespace gatepost::spool
