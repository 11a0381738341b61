#include "deciding.hpp"
#include "groups.hpp"

#include <unit/ingest/trial.hpp>

namespace gatepost::bench {
namespace {

constexpr auto purchase =
    R"({"event":"Purchase","event_id":"order-100234","event_time":1795348000,"event_source":"web",)"
    R"("user":{"email":" Alice@Example.com","phone":"+1 (213) 373-4253","external_id":"user_123"},)"
    R"("page":{"url":"https://shop.example/thanks?ttclid=E.C.P.abc",)"
    R"("referrer":"https://shop.example/cart"},)"
    R"("properties":{"value":46.0,"currency":"USD",)"
    R"("contents":[{"content_id":"SKU-1","price":8,"quantity":2}]},)"
    R"("visitor":{"ip":"203.0.113.10","user_agent":"Mozilla/5.0 X11",)"
    R"("country":"DE","cookie":")";

// Decoding the body, judging and sealing its one event.
void judge_purchase(benchmark::State& loop) {
    const auto body = purchase + among_others(test::consent_cookie('1')) + "\"}}";
    test::trial subject;
    if (subject.judge(body).records.size() != 1) {
        loop.SkipWithError("not sealed");
        return;
    }
    for (auto _ : loop) {
        auto judged = subject.judge(body);
        benchmark::DoNotOptimize(judged);
    }
}

} // namespace

void add_pipeline() {
    benchmark::RegisterBenchmark("pipeline/decode-judge-seal", judge_purchase);
}

} // namespace gatepost::bench
