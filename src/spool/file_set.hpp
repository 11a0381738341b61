// A database with the files that SQLite keeps beside it: FILE, FILE-wal, FILE-shm.
#pragma once

#include <gatepost/core/clock.hpp>
#include <gatepost/core/result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace gatepost::spool {

bool exists(const std::string& file);
std::uint64_t file_size(const std::string& file); // 0 for none

class file_set {
  public:
    explicit file_set(std::string main) : main_(std::move(main)) {}

    const std::string& main() const { return main_; }
    bool exists() const { return spool::exists(main_); }
    std::uint64_t main_size() const { return file_size(main_); }
    std::string log() const { return main_ + "-wal"; }

    // What the file's first bytes say, past SQLite; nothing when they are not a database's.
    struct header {
        std::int64_t version = 0;
        std::int64_t application = 0;
    };
    std::optional<header> read_header() const;

    // FILE.damaged-20261123T004512Z, and a number behind it when there is such a file already.
    std::string name_aside(core::wall_time now) const;
    // All that there are of the three. Nothing is overwritten: what is there has to be moved away
    // before.
    core::error_code move_to(const std::string& to) const;
    core::error_code remove() const;

  private:
    std::string main_;
};

} // namespace gatepost::spool
