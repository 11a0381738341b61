#include "../../../src/spool/codec.hpp"
#include "walk_fixture.hpp"

using namespace gatepost;
using namespace gatepost::test;

namespace {

core::sealed_record varied(std::uint64_t n, const std::string& variant) {
    auto content = make_content(spool_fixture::pixel, n);
    content.variant = variant;
    return tiktok::encoder::seal(std::move(content));
}

std::vector<std::string> variants(const std::vector<spool::leased_record>& records) {
    std::vector<std::string> result;
    for (const auto& record : records) {
        result.push_back(record.variant);
    }
    return result;
}

} // namespace

TEST_CASE_METHOD(spool_fixture, "variant: it is leased with its record, over a restart too") {
    open();
    append(*queue, {varied(1, "TEST1"), varied(2, ""), varied(3, "TEST2")}).value();
    CHECK(variants(lease()) == std::vector<std::string>{"TEST1", "", "TEST2"});
    open();
    CHECK(variants(lease()) == std::vector<std::string>{"TEST1", "", "TEST2"});
}

TEST_CASE_METHOD(spool_fixture, "variant: it counts towards the spool's bytes") {
    open();
    append(*queue, {varied(1, "")}).value();
    const auto plain = queue->count().bytes;
    append(*queue, {varied(2, "TEST12345")}).value();
    CHECK(queue->count().bytes == 2 * plain + 9);
    open();
    CHECK(queue->count().bytes == 2 * plain + 9);
}

TEST_CASE_METHOD(spool_fixture, "variant: a dead letter keeps it") {
    open();
    append(*queue, {varied(1, "TEST1")}).value();
    settle(lease(), dead_letter("invalid"));
    queue->close();
    CHECK(ask("SELECT count(*) FROM dead WHERE variant = 'TEST1'") == 1);
}

TEST_CASE_METHOD(walk_fixture, "variant: a walk shows its record and deletes it") {
    open();
    append(*queue, {varied(1, "TEST1"), varied(2, "TEST2")}).value();
    CHECK(shown() == std::vector<std::string>{"order-1", "order-2"});
    CHECK_FALSE(erase("order-1"));
    CHECK(variants(lease()) == std::vector<std::string>{"TEST2"});
}
