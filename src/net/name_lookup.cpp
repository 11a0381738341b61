#include "name_lookup.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cerrno>
#include <list>
#include <mutex>
#include <netdb.h>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

namespace gatepost::net {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

found_addresses ask_system(const std::string& host, std::uint16_t port) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = AI_ADDRCONFIG;
    addrinfo* list = nullptr;
    if (const int failed = getaddrinfo(host.c_str(), nullptr, &wanted, &list); failed != 0) {
        return {failed == EAI_SYSTEM ? std::generic_category().message(errno)
                                     : gai_strerror(failed),
                {}};
    }
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(list, &freeaddrinfo);
    found_addresses result;
    for (const auto* each = list; each != nullptr; each = each->ai_next) {
        tcp::endpoint one;
        one.resize(each->ai_addrlen);
        std::copy_n(reinterpret_cast<const char*>(each->ai_addr), each->ai_addrlen,
                    reinterpret_cast<char*>(one.data()));
        one.port(port);
        result.addresses.push_back(one);
    }
    return result;
}

// Outlives the name_lookup as long as a thread still asks.
struct name_lookup::shared {
    // One who asks. Each has a copy of the answer: by the time the second of them looks, the first
    // may have asked anew.
    struct waiter {
        asio::steady_timer told;
        std::optional<found_addresses> answer;
    };

    shared(asio::io_context& on, std::string name, std::uint16_t at, ask_for_addresses how)
        : context(&on), host(std::move(name)), port(at), ask_for(std::move(how)) {}

    std::mutex guard;
    asio::io_context* context; // null once nobody is there to be told

    const std::string host;
    const std::uint16_t port;
    const ask_for_addresses ask_for;

    // Of the context's thread.
    bool asking = false;
    std::list<waiter*> waiting;

    void take(const found_addresses& given) {
        asking = false;
        for (auto* each : waiting) {
            each->answer = given;
            each->told.cancel();
        }
    }

    // Throws std::system_error when there is no thread to be had.
    static void ask(const std::shared_ptr<shared>& self) {
        std::thread([self] {
            auto given = self->ask_for(self->host, self->port);
            const std::lock_guard lock(self->guard);
            if (self->context != nullptr) {
                asio::post(*self->context, [self, given = std::move(given)] { self->take(given); });
            }
        }).detach();
        self->asking = true;
    }
};

name_lookup::name_lookup(asio::io_context& context, std::string host, std::uint16_t port,
                         ask_for_addresses ask)
    : shared_(std::make_shared<shared>(context, std::move(host), port, std::move(ask))) {}

name_lookup::~name_lookup() {
    const std::lock_guard lock(shared_->guard);
    shared_->context = nullptr;
}

asio::awaitable<name_lookup::result>
name_lookup::find(std::chrono::steady_clock::time_point until) {
    const auto self = shared_;
    boost::system::error_code no_address;
    const auto address = asio::ip::make_address(self->host, no_address);
    if (!no_address) {
        co_return std::vector{tcp::endpoint(address, self->port)};
    }
    if (!self->asking) {
        try {
            shared::ask(self);
        } catch (const std::system_error& failed) {
            co_return client_failure{client_errc::resolve,
                                     "name look-up: " + failed.code().message()};
        }
    }
    shared::waiter own{asio::steady_timer(*self->context, until), std::nullopt};
    struct listing {
        std::list<shared::waiter*>& in;
        std::list<shared::waiter*>::iterator place;
        ~listing() { in.erase(place); }
    };
    const listing while_waiting{self->waiting, self->waiting.insert(self->waiting.end(), &own)};
    co_await own.told.async_wait(asio::as_tuple(asio::use_awaitable));
    if (!own.answer) {
        co_return client_failure{client_errc::timeout, "name look-up: no answer in time"};
    }
    if (own.answer->addresses.empty()) {
        co_return client_failure{client_errc::resolve, "name look-up: " + own.answer->failure};
    }
    co_return std::move(own.answer->addresses);
}

} // namespace gatepost::net
