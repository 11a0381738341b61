#include <gatepost/core/text.hpp>
#include <gatepost/net/media_type.hpp>

namespace gatepost::net {

std::string media_type(const request_head& head) {
    const auto type = head.find("Content-Type").value_or("");
    return core::lower(core::trim(type.substr(0, type.find(';'))));
}

bool is_json(std::string_view media) {
    return media == "application/json" ||
           (media.starts_with("application/") && media.ends_with("+json"));
}

} // namespace gatepost::net
