#include "groups.hpp"

#include <gatepost/event/decode.hpp>
#include <gatepost/tiktok/encoder.hpp>
#include <gatepost/tiktok/protocol.hpp>

#include <benchmark/benchmark.h>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace gatepost::bench {
namespace {

// An event as an application posts it, and all that is needed to encode it.
class posted_event {
  public:
    // A file of tests/data/tiktok: <name>.event.json.
    explicit posted_event(const std::string& name) : posted_(read(name)) {
        consent::decision agreed;
        agreed.action = consent::action::send;
        permitted_ = consent::admit(agreed, posted_.events.at(0).value());
        who_ = identify();
    }

    identity::visitor identify() {
        warnings_.clear();
        return identifier_.identify(**permitted_, warnings_);
    }
    core::sealed_record seal(const identity::visitor& who) {
        return encoder_.seal(*permitted_, who,
                             {.pixel = "C0EXAMPLE0PIXEL0CODE",
                              .controller = "default",
                              .event_id = "order-100234",
                              .event_time = std::chrono::sys_seconds(std::chrono::seconds(1)),
                              .received = {},
                              .evidence = {}});
    }
    core::sealed_record seal() { return seal(who_); }

  private:
    static event::batch read(const std::string& name) {
        std::ifstream in(GATEPOST_SOURCE_DIR "/tests/data/tiktok/" + name + ".event.json");
        std::string text(std::istreambuf_iterator<char>(in), {});
        return event::decode_body(std::move(text), event::body_format::json).value();
    }

    event::batch posted_;
    std::optional<consent::permitted<event::inbound>> permitted_;
    identity::identifier identifier_{
        {}, identity::instance_key(core::secret_string("0123456789abcdef0123456789abcdef"))};
    tiktok::encoder encoder_{{{"email", "e-mail", "phone", "name", "token"}, true}};
    std::vector<std::string> warnings_;
    identity::visitor who_;
};

// The record alone: the visitor's identifiers are hashed already.
void seal(benchmark::State& loop, const std::string& name) {
    posted_event event(name);
    for (auto _ : loop) {
        auto record = event.seal();
        benchmark::DoNotOptimize(record);
    }
    loop.counters["bytes"] = static_cast<double>(event.seal()->payload.size());
}

// With the hashes of e-mail, phone, names and ids, and the keys of the registry.
void identify_and_seal(benchmark::State& loop, const std::string& name) {
    posted_event event(name);
    for (auto _ : loop) {
        auto record = event.seal(event.identify());
        benchmark::DoNotOptimize(record);
    }
}

// One request of as many events as the generation takes; `items_per_second` counts events.
void write_request(benchmark::State& loop, tiktok::api generation) {
    posted_event event("web.pixel.full");
    const auto record = event.seal();
    const std::vector<std::string_view> payloads(tiktok::most_events(generation), record->payload);
    const tiktok::event_set to{.id = "C0EXAMPLE0PIXEL0CODE", .api = generation};
    for (auto _ : loop) {
        auto body = tiktok::batch_body(to, payloads);
        benchmark::DoNotOptimize(body);
    }
    loop.SetItemsProcessed(loop.iterations() * static_cast<std::int64_t>(payloads.size()));
}

} // namespace

void add_encoding() {
    for (const std::string name :
         {"web.event.minimal", "web.pixel.full", "web.event.full", "app.event.full"}) {
        benchmark::RegisterBenchmark(("encode/seal/" + name).c_str(), seal, name);
        benchmark::RegisterBenchmark(("encode/identify-and-seal/" + name).c_str(),
                                     identify_and_seal, name);
    }
    benchmark::RegisterBenchmark("encode/request-of-1000-events-2.0", write_request,
                                 tiktok::api::event);
    benchmark::RegisterBenchmark("encode/request-of-50-events-1.0", write_request,
                                 tiktok::api::pixel);
}

} // namespace gatepost::bench
