#include "name_lookup.hpp"
#include "upstream_connection.hpp"

#include <gatepost/net/http_client.hpp>

#include <stdexcept>
#include <utility>

namespace gatepost::net {
namespace {

namespace asio = boost::asio;
using steady = std::chrono::steady_clock;

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
    case client_errc::withheld:
        return "withheld";
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
        : context_(context), options_(options), metrics_(metrics),
          names_(context, options.endpoint) {
        if (options.endpoint.tls) {
            tls_ = std::make_unique<tls_client_context>(options.ca_file);
        }
    }

    asio::awaitable<answer_result> post(core::upstream_request request,
                                        std::function<bool()> may_send) {
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
        if (!may_send()) {
            show_connections();
            co_return client_failure{client_errc::withheld, "not to be sent any more"};
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
        std::erase_if(kept_, [oldest](const held& kept) {
            return kept->opened < oldest || !kept->is_quiet();
        });
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
        auto where = co_await names_.find(until);
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
    name_lookup names_;
    std::unique_ptr<tls_client_context> tls_;
    std::vector<held> kept_;
    std::int64_t busy_ = 0;
};

http_client::http_client(asio::io_context& context, const client_options& options,
                         observe::metrics& metrics)
    : implementation_(std::make_unique<implementation>(context, options, metrics)) {}

http_client::~http_client() = default;

asio::awaitable<answer_result> http_client::post(core::upstream_request request,
                                                 std::function<bool()> may_send) {
    return implementation_->post(std::move(request), std::move(may_send));
}

void http_client::close_idle() {
    implementation_->close_idle();
}

} // namespace gatepost::net
