#include "renewal.hpp"

#include "admin_door.hpp"
#include "descriptors.hpp"
#include "relay_routes.hpp"

#include <gatepost/observe/log.hpp>

#include <boost/asio/post.hpp>

#include <stdexcept>
#include <utility>

namespace gatepost::app {

namespace asio = boost::asio;

renewal::renewal(std::string file, renewable_parts parts)
    : file_(std::move(file)), parts_(std::move(parts)) {}

asio::awaitable<bool> renewal::reload() {
    auto fresh = co_await elsewhere(reading_, [this, before = parts_.config.get()] {
        return read_anew(file_, *before, parts_.lasting, parts_.rooms.size());
    });
    if (!fresh) {
        co_return false;
    }
    // Before the first event of a new pixel comes in, somebody is there to send it.
    const bool usable = co_await elsewhere(parts_.relay_room.context(),
                                           [this, now = fresh->chosen] { return relay_by(*now); });
    if (!usable) {
        co_return false;
    }
    take_over(std::move(*fresh));
    for (const auto& pixel : parts_.config.get()->pixel_ids()) {
        parts_.relay.resume(pixel);
    }
    co_return true;
}

// On the relay's thread; false when a file that it needs cannot be read, and nothing changed.
bool renewal::relay_by(const config::config& chosen) {
    try {
        parts_.client.reconfigure(chosen.upstream);
    } catch (const std::runtime_error& error) {
        observe::log(observe::level::error, "the configuration cannot be used",
                     {{"error", error.what()}});
        return false;
    }
    parts_.lasting.kept.metrics.configure(chosen.pixel_ids());
    parts_.relay.reconfigure(chosen.relay, relay_routes(chosen));
    return true;
}

void renewal::take_over(prepared fresh) {
    const auto& chosen = *fresh.chosen;
    const auto before = parts_.config.get();
    const auto& kept = parts_.lasting.kept;
    observe::set_log_level(chosen.log.level);
    kept.queue.set_limits(chosen.spool.limits);
    if (chosen.spool.keys != before->spool.keys) {
        kept.queue.use_keys(chosen.spool.keys);
    }
    const auto remembered = chosen.registry_options();
    kept.registry.keep_grants_for(remembered.grant_retention);
    kept.registry.use_controllers(remembered.controllers);
    warn_about_controllers(*before, chosen);
    parts_.listening.reconfigure(chosen);
    admit_by(chosen, fresh.routes);
    use(std::move(fresh.chosen));
    observe::log(observe::level::info, "configuration reloaded",
                 {{"version", chosen.version}, {"pixels", chosen.ingest.pixels.size()}});
    warn_about_descriptors(chosen, raise_descriptor_limit());
    log_advice(chosen);
    warn_about_test_codes(chosen.ingest.pixels);
}

// Who may come in, and what is done with what they bring.
void renewal::admit_by(const config::config& chosen, const std::shared_ptr<edition>& routes) {
    parts_.operators.use_door(admin_door(chosen));
    for (std::size_t i = 0; i < parts_.rooms.size(); ++i) {
        asio::post(*parts_.rooms[i],
                   [handler = &parts_.handlers[i], routes] { handler->use(routes); });
    }
}

asio::awaitable<bool> renewal::reread_secrets() {
    const auto before = parts_.config.get();
    auto renewed = co_await elsewhere(reading_, [this, before] {
        return with_secrets_of_now(*before, parts_.lasting, parts_.rooms.size());
    });
    tell_once(renewed.found);
    const auto changed = difference_of_secrets(*before, *renewed.now.chosen);
    if (!changed.any()) {
        co_return renewed.found.empty();
    }
    // First of all: a token that was taken back is not to wait for what the relay needs.
    if (changed.tokens_of_clients) {
        admit_by(*renewed.now.chosen, renewed.now.routes);
    }
    if (!co_await send_with(renewed.now.chosen, changed)) {
        co_return false;
    }
    if (changed.spool_keys) {
        parts_.lasting.kept.queue.use_keys(renewed.now.chosen->spool.keys);
    }
    use(std::move(renewed.now.chosen));
    changed.log();
    // What waits is tried with them now, not when its next turn comes.
    for (const auto& pixel :
         changed.proxy ? parts_.config.get()->pixel_ids() : changed.access_tokens) {
        parts_.relay.resume(pixel);
    }
    co_return renewed.found.empty();
}

// Asked every second, told once.
void renewal::tell_once(const config::problems& found) {
    if (auto wrong = config::format(found, file_); wrong != wrong_secrets_) {
        wrong_secrets_ = std::move(wrong);
        log_problems(found);
    }
}

// False when a file that the relay needs for it cannot be read.
asio::awaitable<bool> renewal::send_with(std::shared_ptr<const config::config> fresh,
                                         const changed_secrets& changed) {
    if (!changed.proxy && changed.access_tokens.empty()) {
        co_return true;
    }
    co_return co_await elsewhere(parts_.relay_room.context(), [this, fresh, proxy = changed.proxy] {
        // A token needs no trust anchors, which may be unreadable at this moment.
        if (proxy) {
            return relay_by(*fresh);
        }
        parts_.relay.reconfigure(fresh->relay, relay_routes(*fresh));
        return true;
    });
}

void renewal::use(std::shared_ptr<const config::config> fresh) {
    parts_.watch_files(secret_files(*fresh));
    parts_.config.use(std::move(fresh));
}

} // namespace gatepost::app
