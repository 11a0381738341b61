// The routes for applications with a real spool and registry, asked one request at a time.
#pragma once

#include "trial.hpp"

#include <gatepost/ingest/routes.hpp>
#include <gatepost/spool/sqlite_queue.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <support/fake_clock.hpp>
#include <support/temporary_directory.hpp>

namespace gatepost::test {

class running_routes {
  public:
    explicit running_routes(ingest::options chosen = one_pixel(), consent::options consent = {},
                            ledger::audit_options audit = {.record = ledger::audit_record::none},
                            std::map<std::string, core::byte_size> quotas = {})
        : options_(std::move(chosen)),
          gates_(consent::gate(std::move(consent), consent::catalog::built_in())) {
        audit.directory = directory_.file("audit");
        queue_ = spool::open_sqlite_queue({.path = directory_.file("spool"),
                                           .limits = {.max_bytes_of_pixel = std::move(quotas)}},
                                          clock, metrics_)
                     .value();
        registry_ =
            ledger::registry::open({.file = directory_.file("registry.db")}, key_, clock).value();
        trail_ = ledger::audit::open(audit, key_, clock, metrics_).value();
        sweeper_ = std::make_unique<ingest::sweeper>(*queue_, *registry_, order_);
        visitors_ = std::make_unique<ingest::visitor_routes>(
            options_, identity::options{}, key_,
            ingest::visitor_books{*registry_, *trail_, *queue_, *sweeper_, order_, clock});
        routes_ = std::make_unique<ingest::routes>(
            options_, make_pipeline(options_, gates_, registry_.get()),
            ingest::surroundings{*queue_, *registry_, *trail_, *sweeper_, *visitors_, order_, watch,
                                 silence, clock, metrics_});
    }
    ~running_routes() { queue_->close(); }

    net::response post(const std::string& path, std::string body,
                       std::vector<net::header> headers = {}) {
        net::request_head head;
        head.method = "POST";
        head.target = path;
        head.headers = std::move(headers);
        return ask(head, std::move(body));
    }
    net::response ask(const net::request_head& head, std::string body = "") {
        net::response answer;
        boost::asio::co_spawn(context_, await(head, std::move(body), answer),
                              boost::asio::detached);
        context_.restart();
        context_.run();
        return answer;
    }

    std::optional<net::response> refuse(const net::request_head& head) {
        return routes_->refuse(head);
    }
    // As the server asks for one.
    net::response server_refusal(const net::request_head& head, unsigned status) {
        return routes_->refusal(head, status, {"too_large", "too large", ""});
    }
    void count_refusal(std::string_view code) { routes_->refused(code); }
    std::string metrics() const { return metrics_.render(); }
    std::uint64_t waiting() const { return queue_->count().waiting; }
    ledger::registry& registry() { return *registry_; }
    ledger::audit& trail() { return *trail_; }
    spool::queue& queue() { return *queue_; }
    std::string directory() const { return directory_.path().string(); }

    fake_clock clock;
    ingest::disclosure_watch watch;
    ingest::silence_watch silence;

  private:
    boost::asio::awaitable<void> await(net::request_head head, std::string body,
                                       net::response& into) {
        into = co_await routes_->answer(head, std::move(body));
    }

    // Before the stores: their threads may still wake it when an answer has come.
    boost::asio::io_context context_;
    temporary_directory directory_;
    identity::instance_key key_{core::secret_string(key_bytes)};
    observe::metrics metrics_{{first_pixel, second_pixel}};
    ingest::options options_;
    ingest::gates gates_;
    ingest::arrivals order_;
    std::unique_ptr<spool::queue> queue_;
    std::unique_ptr<ledger::registry> registry_;
    std::unique_ptr<ledger::audit> trail_;
    std::unique_ptr<ingest::sweeper> sweeper_;
    std::unique_ptr<ingest::visitor_routes> visitors_;
    std::unique_ptr<ingest::routes> routes_;
};

} // namespace gatepost::test
