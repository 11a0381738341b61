// `gatepost upload`, the real program against a real daemon.

#include "json_line.hpp"
#include "stage.hpp"

#include <gatepost/core/text.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <support/child_process.hpp>
#include <support/command.hpp>
#include <support/eventually.hpp>
#include <vector>

using namespace gatepost;
using namespace gatepost::test;
using std::chrono::seconds;

namespace {

using strings = std::vector<std::string>;

// A file of orders and what is said while it is uploaded.
class orders_file {
  public:
    explicit orders_file(const std::string& name = "orders.csv") : path_(directory_.file(name)) {}

    void write(const std::string& text) const { std::ofstream(path_, std::ios::binary) << text; }
    const std::string& path() const { return path_; }
    std::string progress() const { return path_ + ".gatepost-progress"; }
    std::string said() const { return read_file(errors()); } // on standard error, by all runs

    child_process begin(strings arguments) const {
        arguments.insert(arguments.begin(), {program_under_test(), "upload", path_});
        return child_process(arguments, errors());
    }
    int upload(const strings& arguments) const { return begin(arguments).wait(seconds(60)); }

  private:
    std::string errors() const { return directory_.file("errors"); }

    temporary_directory directory_;
    std::string path_;
};

strings to(stage& at) {
    return {"--to", at.gatepost().ingest()};
}

// Orders without an event id; every third was refused by its customer, every hundredth has a time
// that is none.
std::string orders_csv(int count) {
    const auto now = seconds_from_now(seconds(-60));
    std::string text = "Event;Event Time;E-Mail;Value;Currency;Order ID;Consent;Consent At\r\n";
    for (int i = 0; i < count; ++i) {
        text += "Purchase;" + (i % 100 == 50 ? "\"last\nnight\"" : now) + ";customer" +
                std::to_string(i) + "@example.com;" + std::to_string(i) + ".50;USD;order-" +
                std::to_string(i) + (i % 3 == 0 ? ";denied;" : ";granted;") + now + "\r\n";
    }
    return text;
}
bool is_rejected(int i) {
    return i % 100 == 50;
}
bool is_sent(int i) {
    return !is_rejected(i) && i % 3 != 0;
}

// How often each order arrived.
std::map<std::string, int> arrived_orders(stage& at) {
    std::map<std::string, int> counts;
    const auto shown = at.upstream().events();
    shown.root().find("events").each_element([&](core::json::value each) {
        const auto properties = each.find("event").find("properties");
        ++counts[std::string(properties.find("order_id").text())];
    });
    return counts;
}

std::map<std::string, int> consented_orders(int count) {
    std::map<std::string, int> expected;
    for (int i = 0; i < count; ++i) {
        if (is_sent(i)) {
            expected["order-" + std::to_string(i)] = 1;
        }
    }
    return expected;
}

std::int64_t kept(const orders_file& file, const char* member) {
    return core::json::parse(read_file(file.progress()))
        .value()
        .root()
        .find(member)
        .integer()
        .value();
}

} // namespace

TEST_CASE("upload: of 10,000 rows exactly the consented ones arrive, each once") {
    constexpr int count = 10'000;
    stage at;
    const orders_file file;
    file.write(orders_csv(count));
    CHECK(file.upload(to(at)) == 1); // some rows are not valid
    REQUIRE(at.settles());
    CHECK(arrived_orders(at) == consented_orders(count));

    // Two lines for each row before it that had a line break in its time, and the header.
    const auto rejected = read_file(file.path() + ".rejected.ndjson");
    std::string_view rest = rejected;
    int lines = 0;
    for (int i = 50; i < count; i += 100, ++lines) {
        const auto line = parsed(std::string(core::next_field(rest, '\n')));
        CHECK(line.root().find("line").integer() == i + 2 + lines);
        CHECK(text(line, "path") == "/event_time");
        CHECK(text(line, "code") == "invalid_event");
    }
    CHECK(rest.empty());
    CHECK(rejected.find("night") == std::string::npos);
    CHECK(file.said().find("100 %") != std::string::npos);
}

TEST_CASE("upload: what is finished is not uploaded again, and what has changed is refused") {
    stage at;
    const orders_file file;
    const auto orders = orders_csv(40);
    file.write(orders);
    REQUIRE(file.upload(to(at)) == 0);
    REQUIRE(at.settles());
    // It needs no daemon to say so.
    auto again = file.begin({"--to", "http://127.0.0.1:1"});
    CHECK(again.line_after(file.path() + ": uploaded already").find("--restart") !=
          std::string::npos);
    CHECK(again.wait() == 0);

    file.write(orders + "Purchase;1;a;1;USD;o;granted;1\r\n");
    CHECK(file.upload(to(at)) == 1);
    CHECK(file.said().find("the file has changed since") != std::string::npos);

    file.write(orders);
    auto restart = to(at);
    restart.emplace_back("--restart");
    CHECK(file.upload(restart) == 0);
    REQUIRE(at.settles());
    CHECK(arrived_orders(at) == consented_orders(40));
}

TEST_CASE("upload: killed while an answer is on its way, the next run loses and doubles nothing") {
    constexpr int count = 12'000;
    stage at;
    const orders_file file;
    file.write(orders_csv(count));
    for (int kill = 0; kill < 3; ++kill) {
        const auto offset = [&] {
            return std::filesystem::exists(file.progress()) ? kept(file, "offset") : 0;
        };
        const auto before = offset();
        auto run = file.begin(to(at));
        REQUIRE(eventually([&] { return offset() > before; }));
        // The daemon stands still with a chunk that it may have read.
        at.gatepost().process().signal(SIGSTOP);
        run.signal(SIGKILL);
        run.wait();
        at.gatepost().process().signal(SIGCONT);
    }
    CHECK(file.upload(to(at)) == 1);
    REQUIRE(at.settles());
    CHECK(arrived_orders(at) == consented_orders(count));
    CHECK(kept(file, "rejected") == count / 100);
    const auto rejected = read_file(file.path() + ".rejected.ndjson");
    CHECK(std::count(rejected.begin(), rejected.end(), '\n') == count / 100);
}

TEST_CASE("upload: an interrupted one says how to go on, and goes on") {
    constexpr int count = 12'000;
    stage at;
    const orders_file file;
    file.write(orders_csv(count));
    auto run = file.begin(to(at));
    REQUIRE(eventually([&] { return std::filesystem::exists(file.progress()); }));
    run.signal(SIGINT);
    CHECK(run.wait() == 1);
    REQUIRE(kept(file, "line") < count);
    CHECK(file.said().find("the same command goes on at line " +
                           std::to_string(kept(file, "line"))) != std::string::npos);
    CHECK(file.upload(to(at)) == 1);
    REQUIRE(at.settles());
    CHECK(arrived_orders(at) == consented_orders(count));
}

TEST_CASE("upload: NDJSON from standard input, and a dry run that sends nothing") {
    stage at;
    std::string rows;
    for (int i = 0; i < 30; ++i) {
        rows += R"({"properties":{"order_id":"order-)" + std::to_string(i) +
                R"("},"consent":{"marketing":")" + (i % 3 == 0 ? "denied" : "granted") + "\"}}\n";
    }
    const auto command = program_under_test() + " upload - --format ndjson --event Purchase --to " +
                         at.gatepost().ingest() + " 2>/dev/null";
    const std::string expected = "30 rows: 20 queued, 10 dropped, 0 duplicate, 0 rejected\n"
                                 "dropped by explicit-denial: 10\n";
    CHECK(output_of(command + " --dry-run", rows) ==
          "standard input, nothing was sent: " + expected);
    CHECK(at.gatepost().metric("gatepost_spool_events{state=\"waiting\"}") == 0);
    CHECK(output_of(command, rows) == "standard input: " + expected);
    REQUIRE(at.settles());
    CHECK(arrived_orders(at).size() == 20);
}

TEST_CASE("upload: what cannot work is refused before anything is posted") {
    const orders_file file;
    const strings nowhere{"--to", "http://127.0.0.1:1"};
    file.write("event;emaill\nPurchase;alice@example.com\n");
    CHECK(file.upload(nowhere) == 1);
    CHECK(file.said().find("column 2: emaill is not known; did you mean email?") !=
          std::string::npos);
    CHECK(file.said().find("alice") == std::string::npos);
    file.write("event;email\nPurchase;alice@example.com\n");
    CHECK(file.upload(nowhere) == 69);
    CHECK_FALSE(std::filesystem::exists(file.progress()));
    CHECK(file.upload({"--to", "http://192.0.2.1:8787"}) == 64);
    CHECK(file.upload({"--to", "somewhere"}) == 64);
    CHECK(orders_file("orders.xlsx").upload(nowhere) == 64);
    CHECK(orders_file("missing.csv").upload(nowhere) == 1);
}
