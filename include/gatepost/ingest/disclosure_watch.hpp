// Notices a site whose TC strings never disclose the configured vendor: it will never have consent,
// and nobody would know why.
#pragma once

#include <gatepost/consent/decision.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace gatepost::ingest {

// TC strings of one pixel's events since the start.
struct disclosure_tally {
    std::uint64_t disclosed = 0;
    std::uint64_t not_disclosed = 0;
    std::uint64_t unreadable = 0;

    // Enough to say so, and not one that names the vendor.
    bool never_disclosed() const;
};

// Any thread.
class disclosure_watch {
  public:
    // Logs a warning when it becomes certain, and again each time there are ten times as many.
    void note(std::string_view pixel, consent::disclosure said);
    std::map<std::string, disclosure_tally, std::less<>> tallies() const;

  private:
    mutable std::mutex mutex_;
    std::map<std::string, disclosure_tally, std::less<>> tallies_;
};

} // namespace gatepost::ingest
