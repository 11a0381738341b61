#include "reload.hpp"

#include <gatepost/config/reload.hpp>
#include <gatepost/observe/log.hpp>

#include <stdexcept>
#include <utility>

namespace gatepost::app {
std::optional<prepared> read_anew(const std::string& file, const config::config& running,
                                  const lasting_parts& around, std::size_t threads) {
    auto read = config::load_file(file, config::secrets::read);
    if (read.has_error()) {
        log_problems(read.error());
        return std::nullopt;
    }
    const auto waiting = config::keep_fixed(*read, running);
    try {
        auto chosen = std::make_shared<const config::config>(std::move(*read));
        auto routes = std::make_shared<edition>(*chosen, around, threads);
        for (const auto& key : waiting) {
            observe::log(observe::level::warn,
                         "a changed key cannot be reloaded: it needs a restart", {{"key", key}});
        }
        return prepared{std::move(chosen), std::move(routes)};
    } catch (const std::runtime_error& error) {
        observe::log(observe::level::error, "the configuration cannot be used",
                     {{"error", error.what()}});
        return std::nullopt;
    }
}

renewed with_secrets_of_now(const config::config& running) {
    auto now = config::reread_secrets(running);
    auto fresh = std::make_shared<config::config>(running);
    fresh->access_tokens = std::move(now.access_tokens);
    fresh->upstream.proxy = std::move(now.proxy);
    return {std::move(fresh), std::move(now.found)};
}

void log_problems(const config::problems& found) {
    for (const auto& problem : found) {
        observe::log(observe::level::error, "the configuration is wrong",
                     {{"line", problem.line},
                      {"column", problem.column},
                      {"key", problem.key},
                      {"error", problem.message}});
    }
}

std::vector<std::string> secret_files(const config::config& chosen) {
    std::vector<std::string> files;
    for (const auto& [pixel, file] : chosen.access_token_files) {
        files.push_back(file);
    }
    if (!chosen.proxy_credentials_file.empty()) {
        files.push_back(chosen.proxy_credentials_file);
    }
    return files;
}

std::vector<std::string> changed_tokens(const config::config& before, const config::config& now) {
    std::vector<std::string> pixels;
    for (const auto& [pixel, token] : now.access_tokens) {
        const auto old = before.access_tokens.find(pixel);
        if (old == before.access_tokens.end() || old->second.reveal() != token.reveal()) {
            pixels.push_back(pixel);
        }
    }
    return pixels;
}

bool same_proxy(const config::config& before, const config::config& now) {
    const auto& a = before.upstream.proxy;
    const auto& b = now.upstream.proxy;
    return a.has_value() == b.has_value() &&
           (!a || (a->authority() == b->authority() &&
                   a->credentials.reveal() == b->credentials.reveal()));
}

void warn_about_controllers(const config::config& before, const config::config& now) {
    const auto old = before.registry_options().controllers;
    for (const auto& pixel : now.ingest.pixels) {
        const auto named = old.find(pixel.id);
        if (named != old.end() && named->second != pixel.controller) {
            observe::log(
                observe::level::warn,
                "the pixel has another controller: choices recorded and tokens signed "
                "under the former one do not hold for new events",
                {{"pixel", pixel.id}, {"controller", pixel.controller}, {"former", named->second}});
        }
    }
}

} // namespace gatepost::app
