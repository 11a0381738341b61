#include "pipeline_of.hpp"

#include <gatepost/core/ids.hpp>

namespace gatepost::app {

ingest::pipeline passing_pipeline(const config::config& chosen, const ingest::options& options,
                                  const ingest::gates& gates) {
    const identity::instance_key passing{core::secret_string(core::random_id())};
    return {options,
            {gates, nullptr, identity::identifier(chosen.identity, passing), std::nullopt,
             tiktok::encoder(chosen.url_cleaning)}};
}

} // namespace gatepost::app
