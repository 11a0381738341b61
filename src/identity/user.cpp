#include "unicode.hpp"

#include <gatepost/core/text.hpp>
#include <gatepost/identity/normalise.hpp>
#include <gatepost/identity/user.hpp>

#include <algorithm>
#include <utility>

namespace gatepost::identity {
namespace {

using texts = std::vector<std::string_view>;
using hashes = std::vector<std::string>;
using normaliser = std::optional<std::string> (*)(std::string_view);

constexpr std::string_view no_certain_text =
    "no letter or digit, or a character without a certain lower case";

// Where the fields of one user object go.
struct destination {
    std::string_view root;
    hasher& digest;
    std::vector<std::string>& warnings;
};

// One field on its way from what was given to what TikTok gets.
class field {
  public:
    field(const destination& to, std::string_view name) : to_(to), name_(name) {}

    // In the order given, each hash once. `hash_raw` normalises and hashes one that is no hash yet,
    // or says why it is left out and gives nothing.
    template <class HashRaw>
    hashes hash_all(const texts& given, HashRaw hash_raw) const {
        hashes result;
        for (const auto one : given) {
            auto hash = hash_one(one, hash_raw);
            if (!hash.empty() && std::ranges::find(result, hash) == result.end()) {
                result.push_back(std::move(hash));
            }
        }
        return result;
    }

    // The hash of the only value.
    std::string hash_text(std::string_view given, normaliser normalise) const {
        return hash_one(given, [&](std::string_view text) {
            const auto normalised = normalise(text);
            return normalised ? hash(*normalised) : leave_out(no_certain_text);
        });
    }

    // The only value, not hashed (or a hash, where `normalise` lets one pass).
    std::string keep(std::string_view given, normaliser normalise, std::string_view why_not) const {
        const auto text = trim_white_space(given);
        if (is_blank(text)) {
            return {};
        }
        auto normalised = normalise(text);
        return normalised ? pass_on(*std::move(normalised)) : leave_out(why_not);
    }

    // The same for the id of a device.
    std::string keep_id(std::string_view given, normaliser normalise,
                        std::string_view why_not) const {
        return is_zero_id(given) ? std::string() : keep(given, normalise, why_not);
    }

    std::string hash(std::string_view normalised) const { return to_.digest.hex(normalised); }

    std::string leave_out(std::string_view why) const {
        to_.warnings.push_back(std::string(to_.root) + "/user/" + std::string(name_) + ": " +
                               std::string(why) + "; left out");
        return {};
    }

  private:
    template <class HashRaw>
    std::string hash_one(std::string_view given, HashRaw hash_raw) const {
        const auto text = trim_white_space(given);
        if (is_blank(text)) {
            return {};
        }
        return is_sha256_hex(text) ? pass_on(core::lower(text)) : hash_raw(text);
    }

    std::string pass_on(std::string value) const {
        // SHA-256 of no bytes: an application hashed a field that was empty for everybody.
        constexpr std::string_view of_nothing =
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        return value == of_nothing ? leave_out("the hash of an empty text") : std::move(value);
    }

    const destination& to_;
    std::string_view name_;
};

bool is_placeholder(std::string_view id, const options& chosen) {
    return std::ranges::any_of(chosen.placeholders, [&](const std::string& placeholder) {
        return core::iequals(core::trim(placeholder), id);
    });
}

// The identifiers of which there may be several.
void hash_lists(hashed_user& who, const event::user& given, const options& chosen,
                const destination& to) {
    const field emails(to, "email");
    who.emails = emails.hash_all(given.emails, [&](std::string_view text) {
        if (const auto address = normalise_email(text)) {
            return emails.hash(*address);
        }
        return emails.leave_out(text.find('@') == std::string_view::npos
                                    ? "no @"
                                    : "not an address whose lower case is certain");
    });
    const auto region = is_blank(given.phone_region) ? chosen.default_region : given.phone_region;
    const field phones(to, "phone");
    who.phones = phones.hash_all(given.phones, [&](std::string_view text) {
        const auto number = normalise_phone(text, region);
        return number ? phones.hash(*number) : phones.leave_out(to_string(number.error()));
    });
    const field external_ids(to, "external_id");
    who.external_ids = external_ids.hash_all(given.external_ids, [&](std::string_view text) {
        const auto id = normalise_external_id(text);
        auto hash = id ? external_ids.hash(*id) : std::string();
        if (id && is_placeholder(*id, chosen)) {
            who.placeholders.push_back(hash);
        }
        return hash;
    });
}

void fill_person(hashed_user& who, const event::user& given, const destination& to) {
    const auto hash = [&](std::string_view name, std::string_view value, normaliser normalise) {
        return field(to, name).hash_text(value, normalise);
    };
    who.first_name = hash("first_name", given.first_name, normalise_name);
    who.last_name = hash("last_name", given.last_name, normalise_name);
    who.zip_code = hash("zip_code", given.zip_code, normalise_zip_code);
    const auto keep = [&](std::string_view name, std::string_view value) {
        return field(to, name).keep(value, normalise_place, no_certain_text);
    };
    who.city = keep("city", given.city);
    who.state = keep("state", given.state);
    who.country = keep("country", given.country);
}

void fill_device(hashed_user& who, const event::user& given, const destination& to) {
    constexpr std::string_view no_advertising_id = "neither a UUID nor a hash";
    who.locale = field(to, "locale").keep(given.locale, normalise_locale, "not a language tag");
    who.idfa = field(to, "idfa").keep_id(given.idfa, normalise_idfa, no_advertising_id);
    who.gaid = field(to, "gaid").keep_id(given.gaid, normalise_gaid, no_advertising_id);
    who.idfv = field(to, "idfv").keep_id(given.idfv, normalise_idfv, "not a UUID");
    who.att_status = field(to, "att_status")
                         .keep(given.att_status, normalise_att_status, "not one of TikTok's words");
}

} // namespace

hashed_user hash_user(const event::user& given, std::string_view root, const options& chosen,
                      hasher& digest, std::vector<std::string>& warnings) {
    const destination to{.root = root, .digest = digest, .warnings = warnings};
    hashed_user who;
    hash_lists(who, given, chosen, to);
    fill_person(who, given, to);
    fill_device(who, given, to);
    return who;
}

hashed_user hash_user(const event::inbound& event, const options& chosen, hasher& digest,
                      std::vector<std::string>& warnings) {
    return hash_user(event.who, "/events/" + std::to_string(event.index), chosen, digest, warnings);
}

} // namespace gatepost::identity
