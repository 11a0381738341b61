#include "sections.hpp"

#include <gatepost/core/text.hpp>

#include <algorithm>
#include <utility>

namespace gatepost::config {
namespace {

// What a running daemon read from the same file, null for nothing.
const core::secret_string* former_token(const config* running, const std::string& pixel,
                                        const std::string& file) {
    if (running == nullptr || file.empty()) {
        return nullptr;
    }
    const auto from = running->access_token_files.find(pixel);
    const bool same = from != running->access_token_files.end() && from->second == file;
    return same ? &running->access_tokens.at(pixel) : nullptr;
}

// A pixel that only observes needs none.
void read_token(section& from, const ingest::pixel& pixel, config& into, secret_reading& how) {
    const secret_source source(from, "access_token");
    if (pixel.observes && source.none()) {
        into.access_tokens.emplace(pixel.id, core::secret_string());
        return;
    }
    const auto* const former = former_token(how.running, pixel.id, source.file());
    if (auto token = source.read(from, how, &parse_token, former)) {
        into.access_tokens.emplace(pixel.id, std::move(*token));
        if (!source.file().empty()) {
            into.access_token_files.emplace(pixel.id, source.file());
        }
    }
}

// What TikTok calls the pixel, by which generation of its interface, and whether to send at all.
void read_kind(section& from, ingest::pixel& pixel) {
    using event::source;
    from.choice("source", pixel.source,
                {{"web", source::web},
                 {"app", source::app},
                 {"offline", source::offline},
                 {"crm", source::crm}});
    from.choice("api", pixel.api, {{"event", tiktok::api::event}, {"pixel", tiktok::api::pixel}});
    if (pixel.api == tiktok::api::pixel && pixel.source != source::web) {
        from.wrong("api", "Events API 1.0 (pixel) takes web events only");
    }
    from.choice("mode", pixel.observes, {{"send", false}, {"observe", true}});
}

// "shop.example" or "*.shop.example".
bool is_host_pattern(std::string_view text) {
    if (text.starts_with("*.")) {
        text.remove_prefix(2);
    }
    return text.find('*') == std::string_view::npos && net::host_without_port(text) == text;
}

void read_hosts(section& from, ingest::pixel& pixel, const std::vector<ingest::pixel>& others) {
    from.texts("hosts", pixel.hosts);
    for (auto& host : pixel.hosts) {
        host = core::lower(host);
        if (!is_host_pattern(host)) {
            from.wrong("hosts", "expected host names, such as shop.example or *.shop.example");
            return;
        }
        const bool taken = std::ranges::any_of(others, [&](const ingest::pixel& other) {
            return std::ranges::find(other.hosts, host) != other.hosts.end();
        });
        if (taken) {
            from.wrong("hosts", "another pixel has this host");
            return;
        }
    }
}

void read_quota(section& from, const std::string& pixel, spool::limits& into) {
    core::byte_size quota{};
    from.size("max_spool_bytes", quota, core::byte_size{});
    if (quota.bytes > 0) {
        into.max_bytes_of_pixel[pixel] = quota;
    }
}

void read_own_consent(section& pixel, const std::string& id, config& into) {
    auto own = into.consent;
    read_consent(pixel, own);
    if (pixel.has("consent") && pixel.node("consent").size() > 0) {
        into.pixel_consent.insert_or_assign(id, std::move(own));
    }
}

void read_pixel(section& from, config& into, secret_reading& how) {
    ingest::pixel pixel;
    from.text("id", pixel.id);
    if (pixel.id.empty()) {
        from.wrong("id", "a pixel needs its id (TikTok's pixel code)");
    } else if (std::ranges::find(into.ingest.pixels, pixel.id, &ingest::pixel::id) !=
               into.ingest.pixels.end()) {
        from.wrong("id", "this pixel is configured twice");
    }
    from.text("controller", pixel.controller);
    if (pixel.controller.empty()) {
        from.wrong("controller", "a name is needed");
    }
    from.text("test_event_code", pixel.test_event_code);
    read_kind(from, pixel);
    read_hosts(from, pixel, into.ingest.pixels);
    from.texts("deny_events", pixel.deny_events);
    from.texts("deny_properties", pixel.deny_properties);
    from.flag("send_ip", pixel.send_ip);
    read_quota(from, pixel.id, into.spool.limits);
    read_own_consent(from, pixel.id, into);
    read_token(from, pixel, into, how);
    into.ingest.pixels.push_back(std::move(pixel));
}

} // namespace

void read_pixels(section& file, config& into, secret_reading& how) {
    file.each_item("pixels", [&](const YAML::Node& item, const std::string& path) {
        section pixel(item, path, file.found());
        read_pixel(pixel, into, how);
    });
    if (into.ingest.pixels.empty()) {
        file.wrong("pixels", "at least one pixel is needed");
    }
}

} // namespace gatepost::config
