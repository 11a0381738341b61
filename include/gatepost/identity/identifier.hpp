// From an event to who its visitor is: what TikTok gets, and what this machine knows them by.
#pragma once

#include <gatepost/core/sealed_record.hpp>
#include <gatepost/event/click_ids.hpp>
#include <gatepost/event/inbound.hpp>
#include <gatepost/identity/hash.hpp>
#include <gatepost/identity/key_file.hpp>
#include <gatepost/identity/user.hpp>

#include <string>
#include <vector>

namespace gatepost::identity {

struct visitor {
    hashed_user hashes;
    event::click_ids clicks;
    std::vector<core::subject_key> keys; // stay on this machine
};

// Holds a hasher: one for each thread.
class identifier {
  public:
    identifier(options chosen, instance_key key);

    // What is left out is named in `warnings`, never with its value.
    visitor identify(const event::inbound& event, std::vector<std::string>& warnings);

  private:
    options options_;
    instance_key key_;
    hasher digest_;
    placeholder_set placeholders_;
};

} // namespace gatepost::identity
