#include <gatepost/core/text.hpp>
#include <gatepost/identity/normalise.hpp>
#include <gatepost/identity/user.hpp>

#include <algorithm>

namespace gatepost::identity {
namespace {

bool is_placeholder_of(const hashed_user& who, std::string_view hash) {
    return std::ranges::find(who.placeholders, hash) != who.placeholders.end();
}

} // namespace

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
    keys.reserve(who.emails.size() + who.phones.size() + who.external_ids.size() +
                 clicks.other_ttps.size() + clicks.other_ttclids.size() + 2);
    // What is hashed is stored for years: these prefixes never change.
    std::string text;
    const auto add = [&](kind type, std::string_view prefix, std::string_view value) {
        text.assign(prefix).append(value);
        keys.push_back({type, truncate(key.hmac(text))});
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
        if (!placeholders.contains(hash) && !is_placeholder_of(who, hash)) {
            add(kind::external_id, "external_id:", hash);
        }
    }
    add_found(kind::ttp, "ttp:", clicks.ttp, clicks.other_ttps);
    add_found(kind::ttclid, "ttclid:", clicks.ttclid, clicks.other_ttclids);
    return keys;
}

} // namespace gatepost::identity
