// The groups of benchmarks. Each adds its own to Google Benchmark's list.
#pragma once

namespace gatepost::bench {

void add_catalog();  // a consent platform's cookie among ordinary ones
void add_strings();  // TC strings and GPP
void add_encoding(); // an event from its permit to its record and its request
void add_pipeline(); // an event from its decoded body to its sealed record
void add_registry(); // who is remembered

} // namespace gatepost::bench
