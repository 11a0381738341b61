#include "stage.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <csignal>
#include <support/eventually.hpp>

namespace gatepost::test {
namespace {

sidecar::keys keys_of(const stage::script& chosen) {
    sidecar::keys keys{.more = chosen.more,
                       .spool = chosen.spool,
                       .spool_path = chosen.spool_path,
                       .under = chosen.under,
                       .environment = chosen.environment};
    if (!chosen.retries) {
        keys.relay = "retry: {first: 1h, max: 1h}, breaker: {failures: 1, open: 1h, max: 1h}";
    } else if (!chosen.relay.empty()) {
        keys.relay = chosen.relay;
    }
    return keys;
}

verdict verdict_of(core::json::value result) {
    const auto decision = result.find("decision");
    return {.outcome = std::string(result.find("outcome").text()),
            .action = std::string(decision.find("action").text()),
            .rule = std::string(decision.find("rule").text()),
            .source = std::string(decision.find("source").text()),
            .token = std::string(decision.find("token").text())};
}

} // namespace

const std::string& program_under_test() {
    static const std::string path = std::string(GATEPOST_BINARY_DIR) + "/gatepost";
    return path;
}

stage::stage(const script& chosen)
    : upstream_(program_under_test(), directory_.path(), chosen.tls),
      gatepost_(program_under_test(), directory_.path(), upstream_.address(), keys_of(chosen)) {
    gatepost_.start();
}

http_answer stage::post(const std::string& target, const std::string& body,
                        const http_connection::headers& extra) {
    return http_connection(gatepost_.ingest()).post(target, body, extra);
}

verdict stage::event(const std::string& body, const http_connection::headers& extra) {
    const auto results = verdicts(post("/v1/events", body, extra));
    REQUIRE_FALSE(results.empty());
    return results.front();
}

core::json::document stage::ask(const std::string& target, const std::string& body) {
    const auto answer = post(target, body);
    INFO(target << ": " << answer.body);
    REQUIRE(answer.status == 200);
    auto parsed = core::json::parse(answer.body);
    REQUIRE(parsed.has_value());
    return std::move(*parsed);
}

void stage::hold_back() {
    upstream_.control(R"({"code":50000})");
    REQUIRE(event(event_with("held-back", R"("consent":{"marketing":"granted"})")).outcome ==
            "queued");
    const std::string breaker = std::string("gatepost_breaker_state{pixel=\"") + pixel_code + "\"}";
    REQUIRE(eventually([&] {
        return gatepost_.metric(breaker) > 0 &&
               gatepost_.metric("gatepost_spool_events{state=\"leased\"}") == 0;
    }));
    upstream_.control(R"({"mode":"ok"})");
}

void stage::kill_and_start() {
    gatepost_.process().signal(SIGKILL);
    REQUIRE(gatepost_.process().wait() == 128 + SIGKILL);
    gatepost_.start();
}

int stage::stop() {
    gatepost_.process().signal(SIGTERM);
    return gatepost_.process().wait();
}

double stage::dead_letters() const {
    return gatepost_.metric("gatepost_spool_events{state=\"dead\"}");
}

bool stage::settles() {
    return eventually([this] { return gatepost_.unsettled() == 0; });
}

std::map<std::string, arrived_event> stage::arrivals() {
    std::map<std::string, arrived_event> found;
    const auto shown = upstream_.events();
    shown.root().find("events").each_element([&](core::json::value each) {
        const auto event = each.find("event");
        found[std::string(event.find("event_id").text())] = {
            .pixel = std::string(each.find("event_source_id").text()),
            .limited = event.find("limited_data_use").boolean().value_or(false)};
    });
    return found;
}

std::map<std::string, int> stage::times_arrived() {
    std::map<std::string, int> counts;
    const auto shown = upstream_.events();
    shown.root().find("events").each_element([&](core::json::value each) {
        ++counts[std::string(each.find("event").find("event_id").text())];
    });
    return counts;
}

std::vector<std::string> stage::arrived_ids() {
    std::vector<std::string> ids;
    for (const auto& [id, ignored] : arrivals()) {
        ids.push_back(id);
    }
    return ids;
}

std::vector<std::string> stage::files_with(const std::string& text) const {
    std::vector<std::string> names;
    for (const auto& file : std::filesystem::recursive_directory_iterator(gatepost_.spool())) {
        if (file.is_regular_file() && read_file(file.path()).find(text) != std::string::npos) {
            names.push_back(file.path().filename().string());
        }
    }
    std::ranges::sort(names);
    return names;
}

std::vector<verdict> verdicts(const http_answer& answer) {
    INFO(answer.status << ": " << answer.body);
    const auto parsed = core::json::parse(answer.body);
    REQUIRE(parsed.has_value());
    std::vector<verdict> results;
    parsed->root().find("results").each_element(
        [&](core::json::value each) { results.push_back(verdict_of(each)); });
    return results;
}

std::string quoted(const std::string& text) {
    core::json::writer out;
    out.string(text);
    return out.take();
}

std::string event_with(const std::string& id, const std::string& members) {
    return R"({"event":"Purchase","event_id":")" + id + "\"" + (members.empty() ? "" : ",") +
           members + "}";
}

std::string seconds_from_now(std::chrono::seconds offset) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    return std::to_string((now + offset).time_since_epoch().count());
}

} // namespace gatepost::test
