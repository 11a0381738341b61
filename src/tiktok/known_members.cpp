#include "known_members.hpp"

#include "property_types.hpp"
#include "sparse_object.hpp"

#include <gatepost/event/blank.hpp>

#include <array>
#include <span>
#include <string_view>

namespace gatepost::tiktok {
namespace {

using core::json::value;
using core::json::writer;

enum class form { text, flag, list };

struct member {
    std::string_view name;
    form wanted;
};

bool fits(value given, form wanted) {
    switch (wanted) {
    case form::text:
        return digits_of(given) || (given.is_string() && !event::is_blank(given.text()));
    case form::flag:
        return given.boolean().has_value();
    case form::list:
        return given.is_array() && given.size() > 0;
    }
    return false;
}

void write_value(writer& out, value given, form wanted) {
    if (const auto digits = digits_of(given); wanted == form::text && digits) {
        out.string(*digits);
    } else {
        out.copy(given);
    }
}

void write_known(writer& out, std::string_view name, value given, std::span<const member> known) {
    sparse_object to(out, name);
    for (const auto& [member_name, wanted] : known) {
        if (const auto found = given.find(member_name); fits(found, wanted)) {
            write_value(to.key(member_name), found, wanted);
        }
    }
}

} // namespace

void write_ad(writer& out, value given) {
    static constexpr std::array known{member{"callback", form::text},
                                      member{"campaign_id", form::text},
                                      member{"ad_id", form::text},
                                      member{"creative_id", form::text},
                                      member{"is_retargeting", form::flag},
                                      member{"attributed", form::flag},
                                      member{"attribution_type", form::text},
                                      member{"attribution_provider", form::text}};
    write_known(out, "ad", given, known);
}

void write_device(writer& out, value given) {
    static constexpr std::array known{member{"architecture", form::text},
                                      member{"bitness", form::text},
                                      member{"browser_version_list", form::list},
                                      member{"mobile", form::flag},
                                      member{"model", form::text},
                                      member{"platform", form::text},
                                      member{"platform_version", form::text}};
    write_known(out, "device", given, known);
}

} // namespace gatepost::tiktok
