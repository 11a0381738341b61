#include "upstream_connection.hpp"

#include <gatepost/net/http_client.hpp>

#include <boost/asio/steady_timer.hpp>

#include <stdexcept>

namespace gatepost::net {
namespace {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using addresses = tcp::resolver::results_type;
using steady = std::chrono::steady_clock;

constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);

// Asio's resolver runs getaddrinfo on a thread of its own and cannot cancel it: what is bounded is
// the wait. A look-up that comes too late finds nobody waiting.
asio::awaitable<core::result<addresses, client_failure>>
look_up(asio::io_context& context, const endpoint& where, deadline until) {
    boost::system::error_code no_address;
    const auto address = asio::ip::make_address(where.host, no_address);
    if (!no_address) {
        co_return addresses::create(tcp::endpoint(address, where.port), where.host, "");
    }
    struct lookup {
        explicit lookup(asio::io_context& on) : resolver(on), done(on) {}
        tcp::resolver resolver;
        asio::steady_timer done;
        boost::system::error_code failed = asio::error::timed_out;
        addresses found;
    };
    const auto shared = std::make_shared<lookup>(context);
    shared->done.expires_at(until);
    shared->resolver.async_resolve(
        where.host, std::to_string(where.port),
        [shared](const boost::system::error_code& failed, addresses found) {
            shared->failed = failed;
            shared->found = std::move(found);
            shared->done.cancel();
        });
    co_await shared->done.async_wait(no_throw);
    if (shared->failed) {
        const bool late = shared->failed == asio::error::timed_out;
        co_return client_failure{late ? client_errc::timeout : client_errc::resolve,
                                 "name look-up: " + shared->failed.message()};
    }
    co_return std::move(shared->found);
}

} // namespace

std::string_view to_string(client_errc kind) {
    switch (kind) {
    case client_errc::resolve:
        return "resolve";
    case client_errc::connect:
        return "connect";
    case client_errc::tls:
        return "tls";
    case client_errc::timeout:
        return "timeout";
    case client_errc::broken:
        return "reset";
    case client_errc::answer:
        return "bad_answer";
    }
    return "reset";
}

void throw_exception_from_error(const client_failure& failure, const boost::source_location&) {
    throw std::runtime_error(std::string(to_string(failure.kind)) + ": " + failure.detail);
}

class http_client::implementation {
  public:
    implementation(asio::io_context& context, const client_options& options,
                   observe::metrics& metrics)
        : context_(context), options_(options), metrics_(metrics) {
        if (options.endpoint.tls) {
            tls_ = std::make_unique<tls_client_context>(options.ca_file);
        }
    }

    asio::awaitable<answer_result> post(core::upstream_request request) {
        if (auto kept = take_kept()) {
            auto answer = co_await use(*kept, request);
            if (answer || kept->answer_begun || answer.error().kind != client_errc::broken) {
                give_back(std::move(kept));
                co_return answer;
            }
            // The peer had closed it; a write to such a connection reports success all the same.
            kept_.clear();
        }
        auto fresh = co_await open();
        if (fresh.has_error()) {
            show_connections();
            co_return fresh.error();
        }
        auto answer = co_await use(**fresh, request);
        give_back(std::move(*fresh));
        co_return answer;
    }

    void close_idle() {
        kept_.clear();
        show_connections();
    }

  private:
    using held = std::unique_ptr<upstream_connection>;

    // Counts a connection as busy, also when the coroutine is cancelled.
    struct busy {
        explicit busy(implementation& in) : owner(in) {
            ++owner.busy_;
            owner.show_connections();
        }
        ~busy() { --owner.busy_; }
        busy(const busy&) = delete;
        busy& operator=(const busy&) = delete;
        implementation& owner;
    };

    // The one used last: the others may age until they are closed.
    held take_kept() {
        const auto oldest = steady::now() - options_.connection_age;
        std::erase_if(kept_, [oldest](const held& kept) { return kept->opened < oldest; });
        if (kept_.empty()) {
            return nullptr;
        }
        auto last = std::move(kept_.back());
        kept_.pop_back();
        return last;
    }

    void give_back(held used) {
        if (used->reusable) {
            kept_.push_back(std::move(used));
        }
        show_connections();
    }

    asio::awaitable<core::result<held, client_failure>> open() {
        const busy counted(*this);
        const auto until = steady::now() + options_.connect_timeout;
        auto where = co_await look_up(context_, options_.endpoint, until);
        if (where.has_error()) {
            co_return where.error();
        }
        auto made = make_connection(context_, tls_.get(), options_);
        const auto connected = co_await made->connect(std::move(*where), until);
        if (connected.has_error()) {
            co_return connected.error();
        }
        if (tls_) {
            metrics_.upstream_handshake();
        }
        co_return std::move(made);
    }

    asio::awaitable<answer_result> use(upstream_connection& over,
                                       const core::upstream_request& request) {
        const busy counted(*this);
        co_return co_await over.exchange(request, steady::now() + options_.request_timeout);
    }

    void show_connections() {
        metrics_.upstream_connections("idle", static_cast<std::int64_t>(kept_.size()));
        metrics_.upstream_connections("busy", busy_);
    }

    asio::io_context& context_;
    client_options options_;
    observe::metrics& metrics_;
    std::unique_ptr<tls_client_context> tls_;
    std::vector<held> kept_;
    std::int64_t busy_ = 0;
};

http_client::http_client(asio::io_context& context, const client_options& options,
                         observe::metrics& metrics)
    : implementation_(std::make_unique<implementation>(context, options, metrics)) {}

http_client::~http_client() = default;

asio::awaitable<answer_result> http_client::post(core::upstream_request request) {
    return implementation_->post(std::move(request));
}

void http_client::close_idle() {
    implementation_->close_idle();
}

} // namespace gatepost::net
