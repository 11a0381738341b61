#include "file_text.hpp"
#include "sections.hpp"

#include <gatepost/core/text.hpp>

#include <algorithm>
#include <cstdlib>

namespace gatepost::config {
namespace {

// From a file (recommended) or the environment; never from the configuration itself.
std::optional<core::secret_string> read_token(section& pixel, secrets tokens) {
    std::string file;
    std::string variable;
    pixel.text("access_token_file", file);
    pixel.text("access_token_env", variable);
    if (file.empty() == variable.empty()) {
        pixel.wrong("access_token_file", "give one of access_token_file and access_token_env");
        return std::nullopt;
    }
    if (tokens == secrets::ignore) {
        return core::secret_string();
    }
    if (!file.empty()) {
        const auto text = read_file(file);
        const auto token = core::trim(text ? std::string_view(*text) : std::string_view());
        if (token.empty()) {
            pixel.wrong("access_token_file",
                        text ? "the file is empty" : "the file cannot be read");
            return std::nullopt;
        }
        return core::secret_string(std::string(token));
    }
    const char* value = std::getenv(variable.c_str());
    if (value == nullptr || *value == '\0') {
        pixel.wrong("access_token_env", "this environment variable is not set");
        return std::nullopt;
    }
    return core::secret_string(value);
}

// A token goes into a header: a line break in it would be two headers.
bool fits_header(const core::secret_string& token) {
    return std::ranges::all_of(token.reveal(), [](char c) { return c > ' ' && c < 0x7f; });
}

void read_own_consent(section& pixel, const std::string& id, config& into) {
    auto own = into.consent;
    read_consent(pixel, own);
    if (pixel.has("consent") && pixel.node("consent").size() > 0) {
        into.pixel_consent.insert_or_assign(id, std::move(own));
    }
}

void read_pixel(section& from, config& into, secrets tokens) {
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
    from.later("source", "web");
    from.later("api", "event");
    from.later("mode", "send");
    from.later("hosts", "[]");
    from.later("deny_events", "[]");
    from.later("deny_properties", "[]");
    from.later("send_ip", "true");
    from.later("max_spool_bytes", "0");
    read_own_consent(from, pixel.id, into);
    if (auto token = read_token(from, tokens)) {
        if (!fits_header(*token)) {
            from.wrong(from.has("access_token_file") ? "access_token_file" : "access_token_env",
                       "the token holds characters that no token has");
        }
        into.access_tokens[pixel.id] = std::move(*token);
    }
    into.ingest.pixels.push_back(std::move(pixel));
}

} // namespace

void read_pixels(section& file, config& into, secrets tokens) {
    file.each_item("pixels", [&](const YAML::Node& item, const std::string& path) {
        section pixel(item, path, file.found());
        read_pixel(pixel, into, tokens);
    });
    if (into.ingest.pixels.empty()) {
        file.wrong("pixels", "at least one pixel is needed");
    }
}

} // namespace gatepost::config
