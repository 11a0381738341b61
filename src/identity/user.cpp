#include "unicode.hpp"

#include <gatepost/core/text.hpp>
#include <gatepost/identity/normalise.hpp>
#include <gatepost/identity/user.hpp>

#include <algorithm>

namespace gatepost::identity {
namespace {

using texts = std::vector<std::string_view>;
using hashes = std::vector<std::string>;

bool contains(const hashes& list, std::string_view one) {
    return std::ranges::find(list, one) != list.end();
}

// One kind of identifier on its way from text to hashes.
class identifiers {
  public:
    identifiers(std::string_view root, std::string_view field, hasher& digest,
                std::vector<std::string>& warnings)
        : root_(root), field_(field), digest_(digest), warnings_(warnings) {}

    // `hash_raw` normalises and hashes one, or says why it is left out and gives nothing.
    template <class HashRaw>
    hashes hash_all(const texts& given, HashRaw hash_raw) {
        hashes result;
        for (const auto text : given) {
            auto hash = is_blank(text) ? std::string() : hash_one(text, hash_raw);
            if (!hash.empty() && !contains(result, hash)) {
                result.push_back(std::move(hash));
            }
        }
        return result;
    }

    std::string hash(std::string_view normalised) { return digest_.hex(normalised); }
    std::string leave_out(std::string_view why) {
        warnings_.push_back(std::string(root_) + "/user/" + std::string(field_) + ": " +
                            std::string(why) + "; left out");
        return {};
    }

  private:
    template <class HashRaw>
    std::string hash_one(std::string_view text, HashRaw hash_raw) {
        const auto trimmed = trim_white_space(text);
        if (!is_sha256_hex(trimmed)) {
            return hash_raw(text);
        }
        // SHA-256 of no bytes: an application hashed a field that was empty for everybody.
        constexpr std::string_view of_nothing =
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        auto hash = core::lower(trimmed);
        return hash == of_nothing ? leave_out("the hash of an empty text") : hash;
    }

    std::string_view root_;
    std::string_view field_;
    hasher& digest_;
    std::vector<std::string>& warnings_;
};

bool is_placeholder(std::string_view id, const options& chosen) {
    return std::ranges::any_of(chosen.placeholders, [&](const std::string& placeholder) {
        return core::iequals(core::trim(placeholder), id);
    });
}

} // namespace

hashed_user hash_user(const event::user& given, std::string_view root, const options& chosen,
                      hasher& digest, std::vector<std::string>& warnings) {
    hashed_user who;
    identifiers emails(root, "email", digest, warnings);
    who.emails = emails.hash_all(given.emails, [&](std::string_view text) {
        if (const auto address = normalise_email(text)) {
            return emails.hash(*address);
        }
        return emails.leave_out(text.find('@') == std::string_view::npos
                                    ? "no @"
                                    : "not an address whose lower case is certain");
    });
    const auto region = is_blank(given.phone_region) ? chosen.default_region : given.phone_region;
    identifiers phones(root, "phone", digest, warnings);
    who.phones = phones.hash_all(given.phones, [&](std::string_view text) {
        const auto number = normalise_phone(text, region);
        return number ? phones.hash(*number) : phones.leave_out(to_string(number.error()));
    });
    identifiers external_ids(root, "external_id", digest, warnings);
    who.external_ids = external_ids.hash_all(given.external_ids, [&](std::string_view text) {
        const auto id = normalise_external_id(text);
        auto hash = id ? external_ids.hash(*id) : std::string();
        if (id && is_placeholder(*id, chosen)) {
            who.placeholders.push_back(hash);
        }
        return hash;
    });
    return who;
}

hashed_user hash_user(const event::inbound& event, const options& chosen, hasher& digest,
                      std::vector<std::string>& warnings) {
    return hash_user(event.who, "/events/" + std::to_string(event.index), chosen, digest, warnings);
}

placeholder_set::placeholder_set(const options& chosen, hasher& digest) {
    for (const auto& placeholder : chosen.placeholders) {
        const std::string text(core::trim(placeholder));
        const auto low = core::lower(text);
        auto capital = low;
        if (!capital.empty()) {
            capital.front() = core::to_upper(capital.front());
        }
        for (const auto& form : {text, low, core::upper(text), capital}) {
            hashes_.push_back(digest.hex(form));
        }
    }
    std::ranges::sort(hashes_);
}

bool placeholder_set::contains(std::string_view hash) const {
    return std::ranges::binary_search(hashes_, hash);
}

std::vector<core::subject_key> subject_keys(const hashed_user& who, const event::click_ids& clicks,
                                            const placeholder_set& placeholders,
                                            const instance_key& key) {
    using kind = core::subject_key::kind;
    std::vector<core::subject_key> keys;
    // What is hashed is stored for years: these prefixes never change.
    const auto add = [&](kind type, std::string_view prefix, std::string_view value) {
        keys.push_back({type, truncate(key.hmac(std::string(prefix).append(value)))});
    };
    const auto add_found = [&](kind type, std::string_view prefix, const std::string& chosen,
                               const std::vector<std::string>& others) {
        if (!is_blank(chosen)) {
            add(type, prefix, chosen);
        }
        for (const auto& other : others) {
            add(type, prefix, other);
        }
    };
    for (const auto& hash : who.emails) {
        add(kind::email, "email:", hash);
    }
    for (const auto& hash : who.phones) {
        add(kind::phone, "phone:", hash);
    }
    for (const auto& hash : who.external_ids) {
        if (!placeholders.contains(hash) && !contains(who.placeholders, hash)) {
            add(kind::external_id, "external_id:", hash);
        }
    }
    add_found(kind::ttp, "ttp:", clicks.ttp, clicks.other_ttps);
    add_found(kind::ttclid, "ttclid:", clicks.ttclid, clicks.other_ttclids);
    return keys;
}

} // namespace gatepost::identity
