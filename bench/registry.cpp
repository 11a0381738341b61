#include "groups.hpp"

#include <gatepost/ledger/registry.hpp>

#include <array>
#include <benchmark/benchmark.h>
#include <cstring>
#include <future>
#include <random>
#include <span>
#include <support/fake_clock.hpp>
#include <support/temporary_directory.hpp>
#include <vector>

namespace gatepost::bench {
namespace {

constexpr std::size_t keys_held = 100'000;

// As random as the digests they stand for.
std::vector<core::subject_key> random_keys(std::size_t count) {
    std::mt19937_64 numbers; // the same ones in every run
    std::vector<core::subject_key> keys(count);
    for (auto& key : keys) {
        const std::array digest{numbers(), numbers()};
        static_assert(sizeof digest == sizeof key.digest);
        std::memcpy(&key.digest, digest.data(), sizeof digest);
    }
    return keys;
}

// An event of three identifiers, one of them registered.
void recall(benchmark::State& loop) {
    const test::temporary_directory directory;
    const test::fake_clock clock;
    const identity::instance_key secret{core::secret_string("0123456789abcdef0123456789abcdef")};
    const auto registry =
        ledger::registry::open({.file = directory.file("registry.db")}, secret, clock).value();
    const auto keys = random_keys(3 * keys_held);
    std::promise<void> written;
    for (std::size_t i = 0; i < keys_held; ++i) {
        const bool is_last = i + 1 == keys_held;
        registry->record(
            {"default", {keys[3 * i]}}, ledger::choice::denied, core::to_seconds(clock.wall()),
            is_last ? [&](core::error_code) { written.set_value(); } : ledger::registry::done());
    }
    written.get_future().wait();
    std::size_t next = 0;
    for (auto _ : loop) {
        auto found = registry->recall("default", std::span(keys).subspan(3 * next, 3));
        benchmark::DoNotOptimize(found);
        next = (next + 1) % keys_held;
    }
    registry->close();
}

} // namespace

void add_registry() {
    benchmark::RegisterBenchmark("registry/recall-of-100000-keys", recall);
}

} // namespace gatepost::bench
