#include "upstream.hpp"
#include "upstream_connection.hpp"

#include <gatepost/net/http_client.hpp>

#include <stdexcept>
#include <utility>
#include <vector>

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
    case client_errc::proxy:
        return "proxy";
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

// The coroutines hold it as well: they may be destroyed after the client, with their context.
class http_client::implementation
    : public std::enable_shared_from_this<http_client::implementation> {
  public:
    implementation(asio::io_context& context, const client_options& options,
                   observe::metrics& metrics)
        : context_(context), metrics_(metrics), to_(std::make_shared<upstream>(context, options)) {}

    asio::awaitable<answer_result> send(core::upstream_request request,
                                        std::function<bool()> may_send) {
        const auto self = shared_from_this();
        if (auto kept = take_kept()) {
            const auto to = to_; // as it was when the request began
            auto answer = co_await use(*kept, request, to->options.request_timeout);
            if (answer || kept->answer_begun || answer.error().kind != client_errc::broken) {
                give_back(std::move(kept), to);
                co_return answer;
            }
            // The peer had closed it; a write to such a connection reports success all the same.
            kept_.clear();
        }
        const auto to = to_;
        auto fresh = co_await open(to);
        if (fresh.has_error()) {
            show_connections();
            co_return fresh.error();
        }
        if (to != to_ || !may_send()) {
            show_connections();
            co_return client_failure{client_errc::withheld, "not to be sent any more"};
        }
        auto answer = co_await use(**fresh, request, to->options.request_timeout);
        give_back(std::move(*fresh), to);
        co_return answer;
    }

    void reconfigure(const client_options& options) {
        to_ = std::make_shared<upstream>(context_, options);
        close_idle();
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
        const auto oldest = steady::now() - to_->options.connection_age;
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

    void give_back(held used, const std::shared_ptr<upstream>& opened_on) {
        if (used->reusable && opened_on == to_) {
            kept_.push_back(std::move(used));
        }
        show_connections();
    }

    asio::awaitable<core::result<held, client_failure>> open(std::shared_ptr<upstream> to) {
        const busy counted(*this);
        const auto until = steady::now() + to->options.connect_timeout;
        auto made = co_await open_connection(to, until);
        if (made && to->tls) {
            metrics_.upstream_handshake();
        }
        co_return made;
    }

    asio::awaitable<answer_result> use(upstream_connection& over,
                                       const core::upstream_request& request,
                                       std::chrono::milliseconds limit) {
        const busy counted(*this);
        co_return co_await over.exchange(request, steady::now() + limit);
    }

    void show_connections() {
        metrics_.upstream_connections("idle", static_cast<std::int64_t>(kept_.size()));
        metrics_.upstream_connections("busy", busy_);
    }

    asio::io_context& context_;
    observe::metrics& metrics_;
    std::shared_ptr<upstream> to_;
    std::vector<held> kept_; // all opened on `to_`
    std::int64_t busy_ = 0;
};

http_client::http_client(asio::io_context& context, const client_options& options,
                         observe::metrics& metrics)
    : implementation_(std::make_shared<implementation>(context, options, metrics)) {}

http_client::~http_client() {
    implementation_->close_idle();
}

asio::awaitable<answer_result> http_client::send(core::upstream_request request,
                                                 std::function<bool()> may_send) {
    return implementation_->send(std::move(request), std::move(may_send));
}

void http_client::reconfigure(const client_options& options) {
    implementation_->reconfigure(options);
}

void http_client::close_idle() {
    implementation_->close_idle();
}

} // namespace gatepost::net
