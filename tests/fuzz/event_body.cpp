// Whatever an application posts is judged or refused, and what is answered is JSON.

#include <gatepost/ingest/routes.hpp>

#include <cstdint>
#include <cstdlib>

using namespace gatepost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const ingest::gates gates(consent::gate({}, consent::catalog::built_in()));
    static const identity::instance_key key{core::secret_string("fuzz")};
    static const ingest::options chosen = [] {
        ingest::options made;
        made.pixels = {{.id = "C0EXAMPLE0PIXEL0CODE"}};
        return made;
    }();
    static ingest::pipeline judge(chosen, {gates, nullptr, identity::identifier({}, key),
                                           identity::token_signer(key), tiktok::encoder({})});
    if (size == 0) {
        return 0;
    }
    // The first byte chooses the format.
    const auto format = data[0] % 2 == 0 ? event::body_format::json : event::body_format::ndjson;
    auto posted =
        event::decode_body(std::string(reinterpret_cast<const char*>(data + 1), size - 1), format);
    if (posted) {
        const core::wall_time now(std::chrono::milliseconds(1'795'348'800'000));
        const auto judged = judge.judge(std::move(*posted), {}, {.now = now, .received = now});
        // Nothing but a decision that sends makes a record, and its payload is JSON.
        for (const auto& each : judged.verdicts) {
            if (each.record && !each.decision->sends()) {
                std::abort();
            }
        }
        if (core::json::parse(ingest::write_explanation(judged, chosen), 64).has_error()) {
            std::abort();
        }
    }
    return 0;
}
