#include "route_table.hpp"

#include <algorithm>
#include <array>

namespace gatepost::admin {
namespace {

struct route {
    std::string_view method;
    std::string_view path;
    page shows;
    audience seen_by = audience::operators;

    bool leads_to(std::string_view asked, audience who) const {
        return (path == asked || (shows == page::resumption && pixel_in(asked))) &&
               (seen_by == audience::probes || who == audience::operators);
    }
};

constexpr std::array all_routes{
    route{"GET", "/healthz", page::health, audience::probes},
    route{"GET", "/readyz", page::readiness, audience::probes},
    route{"GET", "/metrics", page::metrics, audience::probes},
    route{"GET", "/v1/status", page::status},
    route{"POST", "/v1/explain", page::explanation},
    route{"GET", "/v1/decisions", page::decisions},
    route{"GET", "/v1/dead-letters", page::dead_letters},
    route{"DELETE", "/v1/dead-letters", page::removal},
    route{"POST", "/v1/dead-letters/replay", page::replay},
    route{"POST", "/v1/pixels/{id}/resume", page::resumption},
};

} // namespace

std::optional<std::string_view> pixel_in(std::string_view path) {
    constexpr std::string_view before = "/v1/pixels/";
    constexpr std::string_view after = "/resume";
    if (path.size() <= before.size() + after.size() || !path.starts_with(before) ||
        !path.ends_with(after)) {
        return std::nullopt;
    }
    path.remove_prefix(before.size());
    path.remove_suffix(after.size());
    return path.find('/') == std::string_view::npos ? std::optional(path) : std::nullopt;
}

bool is_route(std::string_view path, audience who) {
    return std::ranges::any_of(all_routes,
                               [&](const route& each) { return each.leads_to(path, who); });
}

std::optional<page> find_page(std::string_view method, std::string_view path, audience who) {
    const auto verb = method == "HEAD" ? "GET" : method;
    const auto* const at = std::ranges::find_if(all_routes, [&](const route& each) {
        return each.method == verb && each.leads_to(path, who);
    });
    return at == all_routes.end() ? std::nullopt : std::optional(at->shows);
}

std::string allowed_methods(std::string_view path, audience who) {
    std::string list;
    for (const auto& each : all_routes) {
        if (each.leads_to(path, who)) {
            list += (list.empty() ? "" : ", ");
            list += each.method == "GET" ? "GET, HEAD" : each.method;
        }
    }
    return list;
}

} // namespace gatepost::admin
