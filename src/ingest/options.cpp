#include <gatepost/ingest/options.hpp>

namespace gatepost::ingest {

tiktok::event_set event_set_of(const pixel& to, std::string_view variant) {
    const auto kept = tiktok::read_variant(variant);
    return {.source = kept.source.value_or(to.source),
            .id = to.id,
            .test_event_code = kept.test_event_code.empty() ? to.test_event_code
                                                            : std::string(kept.test_event_code),
            .api = to.api};
}

std::chrono::seconds max_ages::of(event::source source) const {
    switch (source) {
    case event::source::web:
        return web;
    case event::source::app:
        return app;
    case event::source::offline:
        return offline;
    case event::source::crm:
        return crm;
    }
    return web;
}

} // namespace gatepost::ingest
