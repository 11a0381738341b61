#include <gatepost/ingest/match_keys.hpp>

namespace gatepost::ingest {

match_keys::match_keys(const identity::visitor& who, const event::inbound& event, bool send_ip) {
    const auto& hashes = who.hashes;
    const std::array<bool, kinds.size()> present{
        !hashes.emails.empty(),        !hashes.phones.empty(),     !hashes.external_ids.empty(),
        !who.clicks.ttclid.empty(),    !who.clicks.ttp.empty(),    send_ip && !event.who.ip.empty(),
        !event.who.user_agent.empty(), !hashes.first_name.empty(), !hashes.last_name.empty(),
        !hashes.zip_code.empty(),      !hashes.city.empty(),       !hashes.state.empty(),
        !hashes.country.empty(),       !hashes.locale.empty(),     !hashes.idfa.empty(),
        !hashes.idfv.empty(),          !hashes.gaid.empty()};
    for (std::size_t i = 0; i < present.size(); ++i) {
        present_ |= static_cast<std::uint32_t>(present[i]) << i;
    }
}

} // namespace gatepost::ingest
