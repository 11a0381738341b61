// What a decision allocates does not grow with what the visitor sent: this program counts what it
// takes from operator new.
#include "tc_text.hpp"
#include "trial.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <new>

using namespace gatepost;
using namespace gatepost::test;

// Address and thread sanitizers bring an operator new of their own, which finds more than this.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define GATEPOST_KEEPS_OPERATOR_NEW
#endif
#endif

#ifndef GATEPOST_KEEPS_OPERATOR_NEW

namespace {

thread_local std::size_t bytes_taken = 0;

std::size_t bytes_to_decide(const consent::gate& gate, const std::string& header) {
    const auto from = visitor("DE", header);
    const auto before = bytes_taken;
    const auto verdict = gate.decide(from, {}, now);
    const auto taken = bytes_taken - before;
    CHECK(verdict.rule == consent::rule::explicit_grant);
    return taken;
}

// Vendors without neighbours, 986 among them: every other id from 968 on.
std::vector<unsigned> scattered(unsigned count) {
    std::vector<unsigned> ids;
    for (unsigned i = 0; i < count; ++i) {
        ids.push_back(968 + 2 * i);
    }
    return ids;
}

std::string as_bit_field(const std::vector<unsigned>& ids) {
    return vendor_field(ids.back(), ids);
}

std::string as_ranges(const std::vector<unsigned>& ids) {
    std::vector<id_range> single;
    for (const auto id : ids) {
        single.emplace_back(id, id);
    }
    return vendor_ranges(ids.back(), single);
}

std::string tcf_cookie(const std::string& vendors) {
    return "euconsent-v2=" +
           tc_text{.consents = vendors, .interests = vendors, .disclosed = vendors}.text();
}

} // namespace

// The other forms of operator new that matter here come to this one.
void* operator new(std::size_t size) {
    bytes_taken += size;
    if (void* memory = std::malloc(size == 0 ? 1 : size)) {
        return memory;
    }
    throw std::bad_alloc();
}

void operator delete(void* memory) noexcept {
    std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

TEST_CASE("allocations: a decision takes the same for a TC string of 4,000 vendors as for 100") {
    const auto gate = make_gate();
    const auto ranges = bytes_to_decide(gate, tcf_cookie(as_ranges(scattered(100))));
    CHECK(ranges > 0);
    CHECK(bytes_to_decide(gate, tcf_cookie(as_ranges(scattered(4000)))) == ranges);
    const auto field = bytes_to_decide(gate, tcf_cookie(as_bit_field(scattered(100))));
    CHECK(field == ranges);
    CHECK(bytes_to_decide(gate, tcf_cookie(as_bit_field(scattered(4000)))) == field);
}

TEST_CASE("allocations: cookies that mean nothing take nothing, however many they are") {
    const auto gate = make_gate();
    const auto cookie = tcf_cookie(as_ranges(scattered(100)));
    const auto alone = bytes_to_decide(gate, cookie);
    std::string crowd;
    for (int i = 0; i < 500; ++i) {
        crowd += "_ga_" + std::to_string(i) + "=GS2.1.s1795340000; ";
    }
    CHECK(bytes_to_decide(gate, crowd + cookie) == alone);
}

#endif
