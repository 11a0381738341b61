#include "reload.hpp"

#include <gatepost/config/reload.hpp>
#include <gatepost/observe/log.hpp>

#include <stdexcept>
#include <utility>

namespace gatepost::app {
namespace {

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

} // namespace

std::optional<prepared> read_anew(const std::string& file, const config::config& running,
                                  const lasting_parts& around, std::size_t threads) {
    auto read = config::load_anew(file, running);
    if (read.has_error()) {
        log_problems(read.error());
        return std::nullopt;
    }
    log_problems(read->kept);
    const auto waiting = config::keep_fixed(read->fresh, running);
    try {
        auto chosen = std::make_shared<const config::config>(std::move(read->fresh));
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

renewed with_secrets_of_now(const config::config& running, const lasting_parts& around,
                            std::size_t threads) {
    auto secrets = config::reread_secrets(running);
    auto fresh = std::make_shared<config::config>(running);
    fresh->access_tokens = std::move(secrets.access_tokens);
    fresh->upstream.proxy = std::move(secrets.proxy);
    fresh->ingest.door.tokens = std::move(secrets.ingest_tokens);
    fresh->admin_tokens = std::move(secrets.admin_tokens);
    fresh->spool.keys = std::move(secrets.spool_keys);
    std::shared_ptr<edition> routes;
    if (difference_of_secrets(running, *fresh).tokens_of_clients) {
        try {
            routes = std::make_shared<edition>(*fresh, around, threads);
        } catch (const std::runtime_error& error) {
            // Another file that the routes are made of; the tokens of before hold meanwhile.
            secrets.found.push_back({0, 0, "", error.what()});
            fresh->ingest.door.tokens = running.ingest.door.tokens;
            fresh->admin_tokens = running.admin_tokens;
        }
    }
    return {{std::move(fresh), std::move(routes)}, std::move(secrets.found)};
}

void log_advice(const config::config& chosen) {
    for (const auto& each : chosen.advice) {
        observe::log(observe::level::warn, "the configuration could be better",
                     {{"line", each.line},
                      {"column", each.column},
                      {"key", each.key},
                      {"advice", each.message}});
    }
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
    for (const auto* file : {&chosen.proxy_credentials_file, &chosen.auth_token_file,
                             &chosen.admin_token_file, &chosen.spool_key_file}) {
        if (!file->empty()) {
            files.push_back(*file);
        }
    }
    return files;
}

changed_secrets difference_of_secrets(const config::config& before, const config::config& now) {
    return {.access_tokens = changed_tokens(before, now),
            .proxy = !same_proxy(before, now),
            .tokens_of_clients = before.ingest.door.tokens != now.ingest.door.tokens ||
                                 before.admin_tokens != now.admin_tokens,
            .spool_keys = before.spool.keys != now.spool.keys};
}

void changed_secrets::log() const {
    using observe::level;
    for (const auto& pixel : access_tokens) {
        observe::log(level::info, "a new access token is in use", {{"pixel", pixel}});
    }
    if (proxy) {
        observe::log(level::info, "new credentials for the proxy are in use");
    }
    if (tokens_of_clients) {
        observe::log(level::info, "new tokens of applications and operators hold");
    }
    if (spool_keys) {
        observe::log(level::info, "new keys of the spool are in use");
    }
}

void warn_about_test_codes(const std::vector<ingest::pixel>& pixels) {
    for (const auto& pixel : pixels) {
        if (!pixel.test_event_code.empty()) {
            observe::log(observe::level::warn,
                         "test_event_code is set: events show up under Test Events only",
                         {{"pixel", pixel.id}});
        }
    }
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
