// A decision token says what was signed and nothing else: no text that another one signed, none
// that was changed or cut anywhere.

#include "check.hpp"

#include <gatepost/identity/decision_token.hpp>

#include <cstdint>
#include <fuzzer/FuzzedDataProvider.h>
#include <string>

using namespace gatepost;
using fuzz::check;
using identity::decision_claim;
using identity::token_signer;

namespace {

token_signer signer_of(const char* secret) {
    return token_signer(identity::instance_key(core::secret_string(secret)));
}

std::chrono::sys_seconds second(FuzzedDataProvider& from) {
    return std::chrono::sys_seconds(std::chrono::seconds(from.ConsumeIntegral<std::int64_t>()));
}

// A controller is a word of the configuration, a source whatever the visitor's browser sent.
decision_claim claim_of(FuzzedDataProvider& from) {
    decision_claim claim;
    claim.verdict = static_cast<identity::token_verdict>(from.ConsumeIntegralInRange(0, 4));
    if (from.ConsumeBool()) {
        claim.at = second(from);
    }
    claim.issued = second(from);
    claim.source = from.ConsumeRandomLengthString(200);
    for (auto left = from.ConsumeIntegralInRange(0, 40); left > 0; --left) {
        claim.controller += from.ConsumeIntegralInRange(' ', '~');
    }
    return claim;
}

void check_same(const decision_claim& read, const decision_claim& given) {
    check(read.verdict == given.verdict && read.at == given.at && read.issued == given.issued &&
          read.controller == given.controller);
    check(read.source.size() == std::min<std::size_t>(given.source.size(), 128));
    for (std::size_t i = 0; i < read.source.size(); ++i) {
        check(read.source[i] == given.source[i] || read.source[i] == '?');
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto ours = signer_of("fuzz");
    static const auto theirs = signer_of("another instance");
    // No input was ever signed, unless it is the very text that we make of what it says.
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto said = ours.verify(text)) {
        check(ours.sign(*said) == text);
    }

    FuzzedDataProvider from(data, size);
    const auto claim = claim_of(from);
    const auto token = ours.sign(claim);
    const auto read = ours.verify(token);
    check(read.has_value());
    check_same(*read, claim);
    check(!theirs.verify(token));

    auto changed = token;
    const auto at = from.ConsumeIntegralInRange<std::size_t>(0, token.size() - 1);
    changed[at] = from.ConsumeIntegral<char>();
    check(changed == token || !ours.verify(changed));
    check(!ours.verify(token.substr(0, at)));
    check(!ours.verify(token + from.ConsumeRandomLengthString(8) + "A"));
    return 0;
}
