#include "name_lookup.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <list>
#include <mutex>
#include <netdb.h>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace gatepost::net {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

struct answer {
    std::string failure; // "" when there are addresses
    std::vector<tcp::endpoint> found;
};

answer ask_system(const std::string& host, std::uint16_t port) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = AI_ADDRCONFIG;
    addrinfo* list = nullptr;
    if (const int failed = getaddrinfo(host.c_str(), nullptr, &wanted, &list); failed != 0) {
        return {gai_strerror(failed), {}};
    }
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(list, &freeaddrinfo);
    answer result;
    for (const auto* each = list; each != nullptr; each = each->ai_next) {
        tcp::endpoint one;
        one.resize(each->ai_addrlen);
        std::copy_n(reinterpret_cast<const char*>(each->ai_addr), each->ai_addrlen,
                    reinterpret_cast<char*>(one.data()));
        one.port(port);
        result.found.push_back(one);
    }
    return result;
}

} // namespace

// Outlives the name_lookup as long as a thread still asks.
struct name_lookup::shared {
    shared(asio::io_context& on, endpoint place) : context(&on), where(std::move(place)) {}

    std::mutex guard;
    asio::io_context* context; // null once nobody is there to be told

    // Of the context's thread.
    endpoint where;
    bool asking = false;
    answer newest;
    std::list<asio::steady_timer*> waiting;

    void take(answer given) {
        asking = false;
        newest = std::move(given);
        for (auto* each : waiting) {
            each->cancel();
        }
    }

    static void ask(const std::shared_ptr<shared>& self) {
        self->asking = true;
        std::thread([self, host = self->where.host, port = self->where.port] {
            auto given = ask_system(host, port);
            const std::lock_guard lock(self->guard);
            if (self->context != nullptr) {
                asio::post(*self->context, [self, given = std::move(given)]() mutable {
                    self->take(std::move(given));
                });
            }
        }).detach();
    }
};

name_lookup::name_lookup(asio::io_context& context, const endpoint& where)
    : shared_(std::make_shared<shared>(context, where)) {}

name_lookup::~name_lookup() {
    const std::lock_guard lock(shared_->guard);
    shared_->context = nullptr;
}

asio::awaitable<name_lookup::result>
name_lookup::find(std::chrono::steady_clock::time_point until) {
    const auto self = shared_;
    boost::system::error_code no_address;
    const auto address = asio::ip::make_address(self->where.host, no_address);
    if (!no_address) {
        co_return addresses::create(tcp::endpoint(address, self->where.port), self->where.host, "");
    }
    if (!self->asking) {
        shared::ask(self);
    }
    asio::steady_timer told(*self->context, until);
    struct listing {
        std::list<asio::steady_timer*>& in;
        std::list<asio::steady_timer*>::iterator place;
        ~listing() { in.erase(place); }
    };
    const listing while_waiting{self->waiting, self->waiting.insert(self->waiting.end(), &told)};
    co_await told.async_wait(asio::as_tuple(asio::use_awaitable));
    if (self->asking) {
        co_return client_failure{client_errc::timeout, "name look-up: no answer in time"};
    }
    if (self->newest.found.empty()) {
        co_return client_failure{client_errc::resolve, "name look-up: " + self->newest.failure};
    }
    co_return addresses::create(self->newest.found.begin(), self->newest.found.end(),
                                self->where.host, "");
}

} // namespace gatepost::net
