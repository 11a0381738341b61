// Whatever the other end answers has one meaning for every record of the batch, and no record is
// settled by anything but an answer that settles it.

#include "check.hpp"

#include <gatepost/core/json.hpp>
#include <gatepost/core/text.hpp>
#include <gatepost/tiktok/protocol.hpp>

#include <cstdint>
#include <fuzzer/FuzzedDataProvider.h>
#include <string>

using namespace gatepost;
using core::outcome;
using core::upstream_health;
using fuzz::check;

namespace {

std::size_t count(const core::delivery& verdict, outcome what) {
    return static_cast<std::size_t>(std::ranges::count(verdict.records, what));
}

// The number that the body's member `code` is or reads as; success can only be the number 0.
struct said_code {
    std::int64_t value = 0;
    bool is_zero = false;
};

said_code code_in(const std::string& body) {
    const auto read = core::json::parse(body);
    if (!read) {
        return {};
    }
    const auto code = read->root().find("code");
    const auto number =
        code.is_string() ? core::parse_integer<std::int64_t>(code.text()) : code.integer();
    return {number.value_or(0), code.integer() == 0};
}

void check_settled(const core::delivery& verdict, const said_code& code, unsigned status) {
    const auto all = verdict.records.size();
    const auto dead = count(verdict, outcome::dead);
    const bool partial = code.value == 20001;
    const bool invalid = code.value >= 40000 && code.value < 50000;
    if (count(verdict, outcome::delivered) > 0) {
        check((code.is_zero && status == 200) || partial);
        check(count(verdict, outcome::delivered) + dead == all && (dead == 0 || partial));
    }
    if (dead > 0) {
        check(invalid || partial || (code.value == 0 && status == 413 && all == 1));
        check(verdict.dead_reason == (partial ? "failed_event" : "invalid"));
    }
    // One is refused and the others had no part in it, or it is not known which.
    if (count(verdict, outcome::resend) > 0) {
        check(invalid && dead == 1 && count(verdict, outcome::resend) + 1 == all);
    }
    if (count(verdict, outcome::suspect) > 0) {
        check(all > 1 && count(verdict, outcome::suspect) == all);
        check(invalid || (code.value == 0 && status == 413));
    }
    check(count(verdict, outcome::retry) == 0 || count(verdict, outcome::retry) == all);
}

// A pixel pauses and a breaker opens only while everything waits.
void check_health(const core::delivery& verdict) {
    const bool answering = verdict.health == upstream_health::answering;
    check(answering != (count(verdict, outcome::retry) > 0));
    check((verdict.health == upstream_health::refusing) == !verdict.refusal.empty());
    check(!verdict.oversized || count(verdict, outcome::delivered) == 0);
    check(!verdict.label.empty() && !tiktok::advice(verdict).empty());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t most_shown = 500;
    FuzzedDataProvider from(data, size);
    // The numbers come from the end of the input, so that a seed begins with its body.
    const auto records = from.ConsumeIntegralInRange<std::size_t>(1, 1000);
    core::upstream_answer answer;
    answer.status = from.ConsumeBool() ? 200 : from.ConsumeIntegralInRange(100U, 599U);
    if (from.ConsumeBool()) {
        answer.retry_after = std::chrono::seconds(from.ConsumeIntegral<std::uint32_t>());
    }
    answer.body = from.ConsumeRemainingBytesAsString();

    const auto verdict = tiktok::classify(answer, records);
    const auto code = code_in(answer.body);
    check(verdict.records.size() == records && verdict.code == code.value);
    check(verdict.retry_after == answer.retry_after);
    check_settled(verdict, code, answer.status);
    check_health(verdict);
    for (const auto& text : {verdict.message, verdict.request_id}) {
        check(text.size() <= most_shown && core::is_utf8(text));
    }
    return 0;
}
