#include "deciding.hpp"

#include "allocations.hpp"

namespace gatepost::bench {
namespace {

consent::signals visitor_with(const std::string& header) {
    consent::signals visitor;
    visitor.cookie = header;
    visitor.country = "DE";
    visitor.address = "203.0.113.10";
    return visitor;
}

} // namespace

std::string among_others(const std::string& cookie) {
    return "_ga=GA1.1.1187325614.1794052301; _fbp=fb.1.1794052301877.402918374615234; "
           "_ttp=01JC5Y6Q9XH7T2M4N8K3B1V0WD_.tt.1; " +
           cookie + (cookie.empty() ? "" : "; ") +
           "PHPSESSID=6k1o8v3q5h2n7c9d4t0e; cart=7f3a9c10-52de-4b8e-9a41-c07de51be2f4; "
           "_ga_4QX7LK2B9V=GS2.1.s1795340000; lang=de-DE";
}

void measure(benchmark::State& loop, const consent::gate& gate, const std::string& header,
             consent::rule expected) {
    const auto visitor = visitor_with(header);
    if (gate.decide(visitor, {}, now).rule != expected) {
        loop.SkipWithError("another rule decided");
        return;
    }
    const auto before = allocated();
    for (auto _ : loop) {
        auto verdict = gate.decide(visitor, {}, now);
        benchmark::DoNotOptimize(verdict);
    }
    const auto after = allocated();
    const auto rounds = static_cast<double>(loop.iterations());
    loop.counters["header"] = static_cast<double>(header.size());
    loop.counters["allocations"] = static_cast<double>(after.count - before.count) / rounds;
    loop.counters["bytes"] = static_cast<double>(after.bytes - before.bytes) / rounds;
}

void add_decision(const std::string& name, consent::gate gate, std::string header,
                  consent::rule expected) {
    benchmark::RegisterBenchmark(
        name.c_str(), [=](benchmark::State& loop) { measure(loop, gate, header, expected); });
}

} // namespace gatepost::bench
