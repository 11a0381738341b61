// The visitor routes over the real spool, registry and audit trail.

#include <gatepost/consent/permitted.hpp>
#include <gatepost/core/json.hpp>
#include <gatepost/event/decode.hpp>
#include <gatepost/ingest/visitor_routes.hpp>
#include <gatepost/observe/metrics.hpp>
#include <gatepost/spool/sqlite_queue.hpp>
#include <gatepost/tiktok/encoder.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <future>
#include <memory>
#include <optional>
#include <support/fake_clock.hpp>
#include <support/temporary_directory.hpp>

using namespace gatepost;
using namespace gatepost::test;

namespace {

constexpr auto pixel = "C0EXAMPLE0PIXEL0CODE";

// The books of one start of the daemon.
struct books {
    explicit books(const std::string& directory, const core::clock& now)
        : clock(now), queue(spool::open_sqlite_queue({.path = directory}, now, metrics).value()),
          registry(ledger::registry::open({.file = directory + "/registry.db"}, key, now).value()),
          trail(
              ledger::audit::open({.directory = directory + "/audit"}, key, now, metrics).value()),
          sweeper(std::make_unique<ingest::sweeper>(*queue, *registry, order)) {}
    ~books() {
        queue->close();
        sweeper.reset();
        trail->close();
        registry->close();
    }
    books(const books&) = delete;
    books& operator=(const books&) = delete;

    const core::clock& clock;
    identity::instance_key key{core::secret_string("0123456789abcdef0123456789abcdef")};
    observe::metrics metrics{{pixel}};
    std::unique_ptr<spool::queue> queue;
    std::unique_ptr<ledger::registry> registry;
    std::unique_ptr<ledger::audit> trail;
    ingest::arrivals order;
    std::unique_ptr<ingest::sweeper> sweeper;

    core::json::document post(std::string_view path, std::string body) {
        const ingest::visitor_routes routes({.pixels = {{.id = pixel}}}, {}, key,
                                            {*registry, *trail, *queue, *sweeper, order, clock});
        boost::asio::io_context context;
        std::optional<net::response> answered;
        boost::asio::co_spawn(context, routes.answer(path, {}, std::move(body)),
                              [&](const std::exception_ptr& escaped, net::response given) {
                                  if (!escaped) {
                                      answered = std::move(given);
                                  }
                              });
        context.run();
        INFO(answered.value().body);
        REQUIRE(answered->status == 200);
        return core::json::parse(answered->body).value();
    }

    // An event of a visitor that the gate let through, with a grant of an hour ago.
    core::sealed_record event(const std::string& id, const std::string& email) {
        auto posted = event::decode_body(R"({"event":"Purchase","event_id":")" + id +
                                             R"(","user":{"email":")" + email + "\"}}",
                                         event::body_format::json)
                          .value();
        std::vector<std::string> warnings;
        const auto who = identity::identifier({}, key).identify(*posted.events[0], warnings);
        consent::decision sends;
        sends.action = consent::action::send;
        const auto permitted = consent::admit(sends, *posted.events[0]);
        const auto received = order.event(clock.wall()).received();
        const auto granted_at =
            core::to_seconds(received - std::chrono::hours(1)).time_since_epoch().count();
        return tiktok::encoder({}).seal(
            *permitted, who,
            {.pixel = pixel,
             .controller = "default",
             .event_id = id,
             .event_time = core::to_seconds(received),
             .received = received,
             .evidence = R"({"decision":{"action":"send"},"granted_at":)" +
                         std::to_string(granted_at) + "}"});
    }
    void keep(const std::string& id, const std::string& email) {
        std::vector<core::sealed_record> records;
        records.push_back(event(id, email));
        std::promise<bool> kept;
        queue->append(std::move(records), [&](const auto& statuses) {
            kept.set_value(statuses.has_value() &&
                           statuses->front() == spool::append_status::queued);
        });
        REQUIRE(kept.get_future().get());
    }
    // What the relay writes when the event has been delivered.
    void prove(const std::string& id, const std::string& email) {
        const auto sent = event(id, email);
        const ledger::audit_entry entry{.outcome = "delivered",
                                        .pixel = sent->pixel,
                                        .event = sent->event,
                                        .event_id = sent->event_id,
                                        .controller = sent->controller,
                                        .evidence = sent->evidence,
                                        .subjects = sent->subjects,
                                        .received = sent->received,
                                        .request_id = "r1"};
        trail->append({&entry, 1});
    }
};

const std::string alice = R"("user":{"email":"alice@example.com"})";
const std::string bob = R"("user":{"email":"bob@example.com"})";

} // namespace

TEST_CASE("visitor, on disk: a withdrawal deletes what waits, and its event_ids are free again") {
    const temporary_directory directory;
    const fake_clock clock;
    books at(directory.path().string(), clock);
    at.keep("1", "alice@example.com");
    at.keep("2", " Alice@Example.com ");
    at.keep("3", "bob@example.com");
    const auto leased = at.queue->lease(pixel, {.max_events = 1});
    REQUIRE(leased->size() == 1);

    const auto answered = at.post("/v1/consent", R"({"marketing":"denied",)" + alice + "}");
    CHECK(answered.root().find("recorded").boolean() == true);
    CHECK(answered.root().find("deleted").integer() == 1);
    CHECK(answered.root().find("in_flight").integer() == 1);
    CHECK(answered.root().find("complete").boolean() == true);
    CHECK(at.queue->count().waiting == 1);
    at.keep("2", "bob@example.com");
}

TEST_CASE("visitor, on disk: a withdrawal before the event's grant deletes nothing") {
    const temporary_directory directory;
    const fake_clock clock;
    books at(directory.path().string(), clock);
    at.keep("1", "alice@example.com");
    const auto answered =
        at.post("/v1/consent", R"({"marketing":"denied","at":1000000000,)" + alice + "}");
    CHECK(answered.root().find("recorded").boolean() == true);
    CHECK(answered.root().find("deleted").integer() == 0);
    CHECK(at.queue->count().waiting == 1);
}

TEST_CASE("visitor, on disk: an erasure outlasts a restart and leaves nothing to show") {
    const temporary_directory directory;
    const fake_clock clock;
    {
        books at(directory.path().string(), clock);
        at.keep("1", "alice@example.com");
        at.keep("2", "bob@example.com");
        at.prove("0", "alice@example.com");
        const auto before = at.post("/v1/subject", "{" + alice + "}");
        REQUIRE(before.root().find("waiting").size() == 1);
        CHECK(before.root().find("waiting").at(0).find("event_id").text() == "1");
        CHECK(before.root().find("audit").size() == 1);
        CHECK(before.root().find("registry").size() == 0);

        const auto answered = at.post("/v1/erasure", "{" + alice + "}");
        CHECK(answered.root().find("deleted").integer() == 1);
        CHECK(answered.root().find("complete").boolean() == true);
        CHECK_FALSE(at.registry->sweep_needed());
    }
    books again(directory.path().string(), clock);
    const auto after = again.post("/v1/subject", "{" + alice + "}");
    CHECK(after.root().find("waiting").size() == 0);
    CHECK(after.root().find("audit").size() == 0);
    REQUIRE(after.root().find("registry").size() == 1);
    CHECK(after.root().find("registry").at(0).find("state").text() == "erased");
    const auto untouched = again.post("/v1/subject", "{" + bob + "}");
    CHECK(untouched.root().find("waiting").size() == 1);
    CHECK(untouched.root().find("registry").size() == 0);
}

TEST_CASE("visitor, on disk: a sweep that the end of the program cut off begins at the start") {
    const temporary_directory directory;
    const fake_clock clock;
    {
        books at(directory.path().string(), clock);
        at.keep("1", "alice@example.com");
        // Recorded, and the program ends before anybody sweeps.
        const auto sealed = at.event("1", "alice@example.com");
        std::promise<core::error_code> recorded;
        at.registry->withdraw_waiting(
            {"default", sealed->subjects}, clock.wall(),
            [&](core::error_code failure) { recorded.set_value(failure); });
        REQUIRE_FALSE(recorded.get_future().get());
    }
    books again(directory.path().string(), clock);
    // The walk for this answer comes after the sweep.
    const auto after = again.post("/v1/subject", "{" + alice + "}");
    CHECK(after.root().find("waiting").size() == 0);
    CHECK(again.queue->count().waiting == 0);
}
