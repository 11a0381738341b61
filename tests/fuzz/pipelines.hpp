// Pipelines as a byte of the input chooses them, so that every way through them is taken.
#pragma once

#include "check.hpp"

#include <gatepost/ingest/pipeline.hpp>

#include <cstdint>
#include <map>

namespace gatepost::fuzz {

constexpr std::string_view pixel_id = "C0EXAMPLE0PIXEL0CODE";
constexpr std::string_view key_of_tokens = "fuzz"; // seeds hold tokens made with it

// What a byte says: how it differs from the letter '0', so that seeds can be read.
struct choice {
    explicit choice(std::uint8_t byte) : bits(static_cast<std::uint8_t>(byte ^ '0')) {}

    event::source source() const { return static_cast<event::source>(bits & 3); }
    tiktok::api api() const { return is(4) ? tiktok::api::pixel : tiktok::api::event; }
    bool maps_names() const { return is(8); }
    bool observes() const { return is(16); }
    bool denies() const { return is(32); } // events, properties and the address
    bool is_american() const { return is(64); }
    bool has_two_pixels() const { return is(128); }
    // Only web and app events can be sent with limited_data_use.
    bool us_limited() const { return is_american() && tiktok::knows_limited_data_use(source()); }

    bool is(std::uint8_t bit) const { return (bits & bit) != 0; }

    std::uint8_t bits;
};

inline ingest::options options_of(const choice& chosen) {
    ingest::pixel first{.id = std::string(pixel_id),
                        .source = chosen.source(),
                        .api = chosen.api(),
                        .observes = chosen.observes(),
                        .hosts = {"*.shop.example"}};
    if (chosen.denies()) {
        first.deny_events = {"Lead", "view_item"};
        first.deny_properties = {"price", "content_type", "query", "secret"};
        first.send_ip = false;
    }
    ingest::options made;
    made.map_names = chosen.maps_names();
    made.pixels.push_back(std::move(first));
    if (chosen.has_two_pixels()) {
        made.pixels.push_back(
            {.id = "second", .test_event_code = "TEST2", .hosts = {"shop.example"}});
    }
    return made;
}

// A pipeline with what it works on; made once for each byte.
class chosen_pipeline {
  public:
    explicit chosen_pipeline(const choice& chosen)
        : options_(options_of(chosen)), gates_(gate_of(chosen)),
          judge_(options_, {gates_, nullptr, identifier_of(chosen), identity::token_signer(key()),
                            tiktok::encoder({.strip_query = {"email", "name"}})}) {}
    chosen_pipeline(const chosen_pipeline&) = delete;

    static chosen_pipeline& of(const choice& chosen) {
        static std::map<std::uint8_t, chosen_pipeline> made;
        return made.try_emplace(chosen.bits, chosen).first->second;
    }

    const ingest::options& options() const { return options_; }

    // The request itself grants, which for a list means nothing: most single events go on to be
    // sealed, and most lists ask for consent in every event.
    ingest::judgement judge(event::batch posted) {
        const ingest::caller by{.cookie = {},
                                .headers = {{"X-Consent-Marketing", "granted"}},
                                .address = "203.0.113.10",
                                .user_agent = "Mozilla/5.0",
                                .idempotency_key = "once"};
        return judge_.judge(std::move(posted), by, {.now = now, .received = now});
    }

  private:
    static identity::instance_key key() {
        return identity::instance_key(core::secret_string(std::string(key_of_tokens)));
    }
    // Two for all: compiling the catalog takes its time.
    static consent::gate gate_of(const choice& chosen) {
        static const consent::gate common({}, consent::catalog::built_in());
        static const consent::gate limited({.us_opt_out_limited = true},
                                           consent::catalog::built_in());
        return chosen.us_limited() ? limited : common;
    }
    static identity::identifier identifier_of(const choice& chosen) {
        return {{.default_region = chosen.is_american() ? "US" : ""}, key()};
    }

    ingest::options options_;
    ingest::gates gates_;
    ingest::pipeline judge_;
};

} // namespace gatepost::fuzz
