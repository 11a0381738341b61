// What became of the rows of an upload.
#pragma once

#include "chunk.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace gatepost::app {

struct tally {
    std::uint64_t queued = 0;
    std::uint64_t duplicate = 0;
    std::uint64_t observed = 0; // the pixel is in mode: observe
    std::uint64_t rejected = 0;
    std::map<std::string, std::uint64_t, std::less<>> dropped; // by rule
    // By path inside the event and text: "/user/phone: ...".
    std::map<std::string, std::uint64_t, std::less<>> warnings;

    std::uint64_t rows() const;
    std::uint64_t all_dropped() const;
};

// Adds what the daemon answered about a chunk (docs/http-api.md "The answer"), and puts the rows it
// did not take into `rejected`. False, with nothing added, when this is no answer to that chunk.
bool add_answer(const std::string& body, const chunk& about, tally& to,
                std::vector<rejected_row>& rejected);

// A few lines for people.
std::string summary(const tally& of);

} // namespace gatepost::app
