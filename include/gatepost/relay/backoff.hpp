// How long to wait before the next try.
#pragma once

#include <gatepost/relay/options.hpp>

#include <chrono>
#include <optional>

namespace gatepost::relay {

// Exponential with full jitter: a random part of first * 2^(failed - 1), at most max. `failed` is
// how many tries have failed (1 or more), `chance` is drawn evenly from [0, 1).
std::chrono::milliseconds backoff(const retry_options& chosen, int failed, double chance);

// The back-off, or what the upstream asked for (Retry-After) if that is longer; of what it asked
// for an hour at most: a mistaken one must not stop a pixel for days.
std::chrono::milliseconds backoff(const retry_options& chosen, int failed, double chance,
                                  std::optional<std::chrono::milliseconds> asked);

} // namespace gatepost::relay
