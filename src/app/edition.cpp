#include "edition.hpp"

#include "gates_of.hpp"

namespace gatepost::app {

edition::edition(const config::config& chosen, const lasting_parts& around, std::size_t threads)
    : gates_(gates_of(chosen)),
      visitors_(chosen.ingest, chosen.identity, around.key,
                {around.kept.registry, around.kept.trail, around.kept.queue, around.sweeper,
                 around.order, core::system_clock()}) {
    for (std::size_t i = 0; i < threads; ++i) {
        ingest::pipeline judge(chosen.ingest, {gates_, &around.kept.registry,
                                               identity::identifier(chosen.identity, around.key),
                                               identity::token_signer(around.key),
                                               tiktok::encoder(chosen.url_cleaning)});
        routes_.emplace_back(chosen.ingest, std::move(judge),
                             ingest::surroundings{around.kept.queue, around.kept.registry,
                                                  around.kept.trail, around.sweeper, visitors_,
                                                  around.order, around.watch, around.silence,
                                                  core::system_clock(), around.kept.metrics});
    }
}

} // namespace gatepost::app
