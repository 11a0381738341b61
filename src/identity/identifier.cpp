#include <gatepost/identity/identifier.hpp>

#include <utility>

namespace gatepost::identity {

identifier::identifier(options chosen, instance_key key)
    : options_(std::move(chosen)), key_(std::move(key)), placeholders_(options_, digest_) {}

visitor identifier::identify(const event::inbound& event, std::vector<std::string>& warnings) {
    visitor who;
    who.hashes = hash_user(event, options_, digest_, warnings);
    who.clicks = event::find_click_ids(event);
    who.keys = subject_keys(who.hashes, who.clicks, placeholders_, key_);
    return who;
}

} // namespace gatepost::identity
