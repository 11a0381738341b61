// What the tests of the pipeline share: two pixels, a gate, and visitors who chose.
#pragma once

#include <gatepost/ingest/pipeline.hpp>

#include <string>
#include <support/fake_clock.hpp>

namespace gatepost::test {

constexpr auto first_pixel = "C0EXAMPLE0PIXEL0CODE";
constexpr auto second_pixel = "C0EXAMPLE0OTHER0CODE";

inline std::string consent_cookie(char verdict) {
    const auto a_week_ago = core::to_seconds(fake_clock::start) - std::chrono::hours(168);
    return std::string("gatepost_consent=v1.m:") + verdict +
           ".s:" + std::to_string(a_week_ago.time_since_epoch().count()) + ".src:page";
}

inline ingest::options one_pixel() {
    ingest::options chosen;
    chosen.pixels = {{.id = first_pixel}};
    return chosen;
}

inline ingest::options two_pixels() {
    auto chosen = one_pixel();
    chosen.pixels.push_back({.id = second_pixel, .controller = "brand"});
    return chosen;
}

constexpr auto key_bytes = "0123456789abcdef0123456789abcdef";

inline ingest::pipeline make_pipeline(const ingest::options& chosen, const ingest::gates& gates,
                                      const ledger::registry* registry = nullptr) {
    const identity::instance_key key{core::secret_string(key_bytes)};
    return {chosen,
            {gates, registry, identity::identifier({}, key), identity::token_signer(key),
             tiktok::encoder({.strip_query = {"email", "e-mail", "phone", "name", "token"}})}};
}

class trial {
  public:
    explicit trial(ingest::options chosen = one_pixel(), consent::options consent = {},
                   const ledger::registry* registry = nullptr)
        : gates_(consent::gate(std::move(consent), consent::catalog::built_in())),
          pipeline_(make_pipeline(chosen, gates_, registry)) {}

    ingest::judgement judge(const std::string& body, const ingest::caller& by = {},
                            ingest::arrivals* order = nullptr) {
        return pipeline_.judge(
            event::decode_body(body, event::body_format::json).value(), by,
            {.now = fake_clock::start, .received = fake_clock::start, .order = order});
    }

    ingest::gates& gates() { return gates_; }

  private:
    ingest::gates gates_;
    ingest::pipeline pipeline_;
};

// The `user` object that would go to TikTok for a judged event.
inline std::string user_of(const ingest::judgement& judged, std::size_t index = 0) {
    const auto& record = *judged.records.at(judged.verdicts.at(index).record.value());
    const auto payload = core::json::parse(record.payload).value();
    core::json::writer out;
    out.copy(payload.root().find("user"));
    return out.take();
}

} // namespace gatepost::test
