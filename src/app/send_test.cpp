#include "commands.hpp"
#include "complain.hpp"
#include "gates_of.hpp"
#include "one_request.hpp"
#include "pipeline_of.hpp"
#include "printable.hpp"
#include "test_event.hpp"

#include <gatepost/app/cli.hpp>
#include <gatepost/config/config.hpp>
#include <gatepost/core/clock.hpp>
#include <gatepost/event/decode.hpp>
#include <gatepost/tiktok/protocol.hpp>

#include <csignal>
#include <iostream>
#include <optional>
#include <vector>

namespace gatepost::app {
namespace {

std::string names_of(const std::vector<ingest::pixel>& pixels) {
    std::string names;
    for (const auto& pixel : pixels) {
        names += (names.empty() ? "" : ", ") + pixel.id;
    }
    return names;
}

// The sealed event; nothing when it would not be sent, and then it is said why.
std::optional<core::sealed_record> sealed(const config::config& chosen, const ingest::pixel& to,
                                          const test_event_arguments& given) {
    auto options = chosen.ingest;
    options.pixels = {to};
    const auto gates = gates_of(chosen);
    auto pipeline = passing_pipeline(chosen, options, gates);
    auto posted = event::decode_body(test_event(to, given), event::body_format::json);
    if (posted.has_error()) {
        complain(posted.error().message, failed);
        return std::nullopt;
    }
    const auto now = core::system_clock().wall();
    auto judged =
        pipeline.judge(std::move(*posted), {}, {.now = now, .received = now, .events_wait = false});
    for (const auto& warning : judged.warnings) {
        std::cerr << "warning: " << warning << '\n';
    }
    const auto& verdict = judged.verdicts.front();
    if (verdict.record) {
        return std::move(judged.records[*verdict.record]);
    }
    if (verdict.error) {
        complain("not sent: " + verdict.error->path + ": " + verdict.error->message, failed);
    } else {
        complain("not sent: the event is " + std::string(ingest::to_string(verdict.outcome)) +
                     (verdict.decision ? " by the rule " +
                                             std::string(consent::to_string(verdict.decision->rule))
                                       : ""),
                 failed);
    }
    return std::nullopt;
}

int show(const received_answer& received) {
    if (received.has_error()) {
        const auto& why = received.error();
        std::cout << "no answer: " << net::to_string(why.kind) << ": " << printable(why.detail)
                  << '\n';
        return failed;
    }
    const auto verdict = tiktok::classify(*received, 1);
    std::cout << "HTTP " << received->status << '\n' << "code " << verdict.code << '\n';
    if (!verdict.message.empty()) {
        std::cout << "message " << printable(verdict.message) << '\n';
    }
    if (!verdict.request_id.empty()) {
        std::cout << "request_id " << printable(verdict.request_id) << '\n';
    }
    std::cout << tiktok::advice(verdict) << '\n';
    return verdict.records.front() == core::outcome::delivered ? done : failed;
}

// The pixel with the test code of the arguments; or the exit code, when it has been said what is
// missing.
std::optional<ingest::pixel> target_of(const config::config& chosen,
                                       const test_event_arguments& given) {
    const auto* const found = test_pixel(chosen.ingest.pixels, given.pixel);
    if (found == nullptr) {
        complain((given.pixel.empty() ? "--pixel is needed; configured are "
                                      : "this pixel is not configured; there are ") +
                     names_of(chosen.ingest.pixels),
                 wrong_usage);
        return std::nullopt;
    }
    auto to = *found;
    to.observes = false; // the operator asks for it
    if (!given.test_event_code.empty()) {
        to.test_event_code = given.test_event_code;
    }
    if (to.test_event_code.empty()) {
        complain("a test code is needed, or the event would count as a real one: --test-event-code "
                 "(Events Manager shows it under Test Events)",
                 wrong_usage);
        return std::nullopt;
    }
    if (const auto lacks = missing_for_test(to.source, given); !lacks.empty()) {
        complain(std::string(lacks), wrong_usage);
        return std::nullopt;
    }
    return to;
}

// False, and it has been said, when standard input has too few lines.
bool read_personal(test_event_arguments& given) {
    for (auto* const value :
         {&given.email, &given.phone, &given.external_id, &given.ttclid, &given.ip}) {
        if (*value == "-" && !std::getline(std::cin, *value)) {
            complain("standard input has no line for every -", wrong_usage);
            return false;
        }
    }
    return true;
}

} // namespace

int send_test(const test_event_arguments& given) {
    std::signal(SIGPIPE, SIG_IGN);
    auto filled = given;
    if (!read_personal(filled)) {
        return wrong_usage;
    }
    const auto chosen = config::load_file(given.config_file, config::secrets::read);
    if (chosen.has_error()) {
        std::cerr << config::format(chosen.error(), given.config_file);
        return bad_configuration;
    }
    const auto to = target_of(*chosen, filled);
    if (!to) {
        return wrong_usage;
    }
    const auto token = chosen->access_tokens.find(to->id);
    if (token == chosen->access_tokens.end() || token->second.empty()) {
        return complain("pixel " + to->id + " has no access token", bad_configuration);
    }
    const auto record = sealed(*chosen, *to, filled);
    if (!record) {
        return failed;
    }
    const std::vector<std::string_view> payloads{(*record)->payload};
    auto request = tiktok::batch_request(ingest::event_set_of(*to, (*record)->variant),
                                         token->second, payloads);
    const auto& endpoint = chosen->upstream.endpoint;
    // Without the headers: one of them is the token.
    std::cout << "POST " << (endpoint.tls ? "https://" : "http://") << endpoint.authority()
              << request.target << '\n'
              << request.body << std::endl;
    return show(send_once(chosen->upstream, std::move(request)));
}

} // namespace gatepost::app
