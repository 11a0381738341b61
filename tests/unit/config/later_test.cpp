// Keys whose part is not built yet: the default is taken, anything else refused.

#include "loading.hpp"

using namespace gatepost;
using Catch::Matchers::Contains;
using test::least;
using test::problem_at_mark;

namespace {

struct row {
    std::string taken;
    std::string refused; // with a mark
};

} // namespace

TEST_CASE("config: a later part is taken at its default and else not available yet") {
    const auto keys = GENERATE(values<row>({
        {"spool: {engine: sqlite}", "spool: {engine: ^jetstream}"},
        {"spool: {engine: sqlite}", "spool: {engine: ^memory}"},
        {"spool: {path: /s}", "spool: {accept_loss: ^true}"},
        {"spool: {path: /s}", "spool: {nats: ^{url: nats://127.0.0.1:4222}}"},
        {"roles: [ingest, relay]", "roles: ^[ingest]"},
    }));
    CAPTURE(keys.taken, keys.refused);
    const auto taken = test::problems_of(least + keys.taken);
    CHECK(taken.empty());
    CHECK_THAT(problem_at_mark(least + keys.refused).message, Contains("not available yet"));
}
