#include <gatepost/ingest/match_keys.hpp>

namespace gatepost::ingest {

match_keys::match_keys(const identity::visitor& who, const event::inbound& event, const pixel& to) {
    const auto& hashes = who.hashes;
    const bool all = to.api == tiktok::api::event; // Events API 1.0 has no place for the others
    const std::array<bool, kinds.size()> present{
        !hashes.emails.empty(),           !hashes.phones.empty(),
        !hashes.external_ids.empty(),     !who.clicks.ttclid.empty(),
        !who.clicks.ttp.empty(),          to.send_ip && !event.who.ip.empty(),
        !event.who.user_agent.empty(),    all && !hashes.first_name.empty(),
        all && !hashes.last_name.empty(), all && !hashes.zip_code.empty(),
        all && !hashes.city.empty(),      all && !hashes.state.empty(),
        all && !hashes.country.empty(),   !hashes.locale.empty(),
        all && !hashes.idfa.empty(),      all && !hashes.idfv.empty(),
        all && !hashes.gaid.empty()};
    for (std::size_t i = 0; i < present.size(); ++i) {
        present_ |= static_cast<std::uint32_t>(present[i]) << i;
    }
}

} // namespace gatepost::ingest
