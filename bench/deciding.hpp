// One measured decision.
#pragma once

#include <gatepost/consent/gate.hpp>

#include <benchmark/benchmark.h>
#include <string>

namespace gatepost::bench {

// 2026-11-22T12:00:00Z, so that the grants of the samples are of use.
constexpr core::wall_time now{std::chrono::milliseconds(1'795'348'800'000)};

// What a shop's visitor brings anyway, with the cookie that matters in the middle: 230 bytes and
// that cookie.
std::string among_others(const std::string& cookie);

// Measures decide() for a Cookie header. Counters: the header's length, and what one decision
// allocates. A state other than `expected` is an error: a wrong decision has no speed.
void measure(benchmark::State& loop, const consent::gate& gate, const std::string& header,
             consent::rule expected);

// Takes the gate and the header by value: the benchmark runs later.
void add_decision(const std::string& name, consent::gate gate, std::string header,
                  consent::rule expected);

} // namespace gatepost::bench
