// Who a visitor is, unreadably.
#pragma once

#include <gatepost/core/sealed_record.hpp>
#include <gatepost/event/click_ids.hpp>
#include <gatepost/event/inbound.hpp>
#include <gatepost/identity/hash.hpp>
#include <gatepost/identity/key_file.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::identity {

// What TikTok gets of a person. Hashes are 64 lower-case hex digits; lists are in the order given,
// without duplicates.
struct hashed_user {
    std::vector<std::string> emails;
    std::vector<std::string> phones;
    std::vector<std::string> external_ids;
    // Those of external_ids whose text was a placeholder: TikTok gets them, nobody is known by
    // them.
    std::vector<std::string> placeholders;
    // Hashes; "" for none.
    std::string first_name;
    std::string last_name;
    std::string zip_code;
    // As TikTok gets them, not hashed; "" for none.
    std::string city;
    std::string state;
    std::string country;
    std::string locale;
    std::string idfa; // upper case, or a hash
    std::string idfv;
    std::string gaid; // lower case, or a hash
    std::string att_status;
};

// Section `identity` of the configuration, but for its key file.
struct options {
    std::string default_region; // ISO 3166-1 alpha-2 for national phone numbers; "" for none
    std::vector<std::string> placeholders = {"0", "guest", "anonymous", "test"};
};

// Normalises (identity/normalise.hpp) and hashes. Where TikTok wants a hash, 64 hex digits are one
// already: lower-cased and passed on once, unless they are the hash of no text at all. What is left
// out is named in `warnings` ("<root>/user/phone: ..."), never with its value; what is blank and
// the all-zero id of a device go without a word.
hashed_user hash_user(const event::user& given, std::string_view root, const options& chosen,
                      hasher& digest, std::vector<std::string>& warnings);
// Of an event, whose root is "/events/<n>".
hashed_user hash_user(const event::inbound& event, const options& chosen, hasher& digest,
                      std::vector<std::string>& warnings);

// The hashes of the placeholders, made once: as they are written, in lower and upper case and with
// a capital first letter, which is how applications hash them.
class placeholder_set {
  public:
    placeholder_set(const options& chosen, hasher& digest);
    bool contains(std::string_view hash) const;

  private:
    std::vector<std::string> hashes_; // sorted
};

// What this machine knows the visitor by: HMAC-SHA-256 under the instance key of kind and value (of
// the hash for e-mail, phone and external id, of the bytes for ttp and ttclid), cut to 128 bits.
// Every ttp and ttclid that was found counts. Blank ones and placeholder external ids give none:
// placeholders in the clear are compared in any case (hash_user), hashed ones with `placeholders`.
std::vector<core::subject_key> subject_keys(const hashed_user& who, const event::click_ids& clicks,
                                            const placeholder_set& placeholders,
                                            const instance_key& key);

} // namespace gatepost::identity
