#include "user_ids.hpp"

#include <gatepost/core/text.hpp>

#include <cerrno>
#include <pwd.h>

namespace gatepost::config {
namespace {

std::optional<std::uint32_t> id_of(const std::string& name) {
    passwd found{};
    passwd* entry = nullptr;
    constexpr std::size_t usual = 1024;
    constexpr std::size_t most = 1024 * 1024;
    for (std::string room(usual, '\0'); room.size() <= most; room.resize(room.size() * 2)) {
        if (::getpwnam_r(name.c_str(), &found, room.data(), room.size(), &entry) != ERANGE) {
            break;
        }
    }
    return entry == nullptr ? std::nullopt : std::optional(found.pw_uid);
}

} // namespace

void read_user_ids(section& from, const std::string& key, std::vector<std::uint32_t>& target,
                   secrets allowed) {
    // The last number is no user's: chown(2) takes it for "as it is".
    constexpr std::uint32_t nobody = 0xffff'ffff;
    from.each_item(key, [&](const YAML::Node& item, const std::string& path) {
        const auto text = item.IsScalar() ? item.Scalar() : std::string();
        const bool is_name = !text.empty() && (core::is_alpha(text[0]) || text[0] == '_');
        if (is_name && allowed == secrets::ignore) {
            return;
        }
        const auto id = is_name ? id_of(text) : core::parse_integer<std::uint32_t>(text);
        if (id && *id != nobody) {
            target.push_back(*id);
        } else {
            from.found().push_back(
                problem_at(item, path, "expected a user of this machine, by its id or its name"));
        }
    });
}

} // namespace gatepost::config
