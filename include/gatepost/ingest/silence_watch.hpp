// Notices code that was pointed at Gatepost instead of TikTok and tells nothing of its visitors:
// every one of its events is dropped for want of a signal, with a code 0 that looks like success.
#pragma once

#include <gatepost/ingest/pipeline.hpp>

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace gatepost::ingest {

// Any thread.
class silence_watch {
  public:
    // Of events that came by TikTok's routes. Logs one warning a pixel, when enough of them, and
    // not one less than all, were dropped because no signal was there; true when it did.
    bool note(const judgement& judged);

  private:
    struct tally {
        std::uint64_t silent = 0;
        bool settled = false; // a signal was seen, or the warning was given
    };
    std::mutex mutex_;
    std::map<std::string, tally, std::less<>> tallies_;
};

} // namespace gatepost::ingest
