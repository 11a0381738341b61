#include "groups.hpp"

#include <benchmark/benchmark.h>

int main(int count, char** arguments) {
    gatepost::bench::add_catalog();
    gatepost::bench::add_strings();
    gatepost::bench::add_encoding();
    gatepost::bench::add_pipeline();
    gatepost::bench::add_registry();
    benchmark::Initialize(&count, arguments);
    if (benchmark::ReportUnrecognizedArguments(count, arguments)) {
        return 64;
    }
    benchmark::RunSpecifiedBenchmarks();
}
