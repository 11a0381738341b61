// What applications say and ask about a visitor, apart from any event (docs/http-api.md):
// POST /v1/consent, /v1/erasure and /v1/subject.
#pragma once

#include <gatepost/core/clock.hpp>
#include <gatepost/event/statement.hpp>
#include <gatepost/identity/key_file.hpp>
#include <gatepost/identity/user.hpp>
#include <gatepost/ingest/arrivals.hpp>
#include <gatepost/ingest/options.hpp>
#include <gatepost/ingest/pipeline.hpp>
#include <gatepost/ingest/sweeper.hpp>
#include <gatepost/ledger/audit.hpp>
#include <gatepost/ledger/registry.hpp>
#include <gatepost/net/http.hpp>
#include <gatepost/spool/queue.hpp>

#include <boost/asio/awaitable.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace gatepost::ingest {

// What these routes work with, and all of it outlives them.
struct visitor_books {
    ledger::registry& registry;
    ledger::audit& trail;
    spool::queue& queue;
    ingest::sweeper& sweeper;
    arrivals& order;
    const core::clock& clock;
};

// Any thread.
class visitor_routes {
  public:
    visitor_routes(const options& chosen, identity::options identity, identity::instance_key key,
                   visitor_books books);

    // `path` (net::request_head::path()) is one of the three. Of `by` only the cookies are looked
    // at, when the body has none. Errors: invalid_json, invalid_body, invalid_statement,
    // unknown_pixel, no_identifier; and 503 with Retry-After: registry_unavailable,
    // audit_unavailable, spool_unavailable. What was recorded before such a failure stays recorded;
    // asking again is safe.
    boost::asio::awaitable<net::response> answer(std::string_view path, caller by,
                                                 std::string body) const;

  private:
    struct request; // a statement, and whom it is about

    core::input_result<request> read(const caller& by, std::string body) const;
    core::input_result<std::string> controller_of(std::string_view pixel) const;
    core::input_result<ledger::subject> subject_of(event::statement& said, const caller& by,
                                                   std::vector<std::string>& warnings) const;

    boost::asio::awaitable<net::response> consent(request asked) const;
    boost::asio::awaitable<net::response> erasure(request asked) const;
    boost::asio::awaitable<net::response> subject(request asked) const;

    struct recorded {
        bool changed = false; // false: a newer choice is held
        bool durable = false;
    };
    boost::asio::awaitable<recorded> record(ledger::subject who, ledger::choice said,
                                            std::chrono::sys_seconds at) const;

    std::chrono::sys_seconds stamp(const ledger::subject& who, ledger::choice said) const;
    // What waits of a visitor is not sent; true when that is on disk.
    boost::asio::awaitable<bool> withdraw_waiting(const ledger::subject& who) const;

    options options_;
    identity::options identity_;
    identity::instance_key key_;
    identity::placeholder_set placeholders_;
    visitor_books books_;
};

} // namespace gatepost::ingest
