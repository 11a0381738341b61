#include "commands.hpp"
#include "gates_of.hpp"
#include "pipeline_of.hpp"

#include <gatepost/app/cli.hpp>
#include <gatepost/config/config.hpp>
#include <gatepost/core/json.hpp>
#include <gatepost/core/text.hpp>
#include <gatepost/ingest/routes.hpp>

#include <iostream>
#include <string_view>

namespace gatepost::app {
namespace {

// The event that a visitor on the command line stands for.
std::string event_of(const visitor_arguments& given) {
    core::json::writer out;
    out.begin_object().member("event", "ViewContent").key("visitor").begin_object();
    std::string cookies;
    for (const auto& cookie : given.cookies) {
        cookies += (cookies.empty() ? "" : "; ") + cookie;
    }
    out.member("cookie", cookies);
    out.member("country", given.country).member("region", given.region);
    out.key("headers").begin_object();
    for (const auto& header : given.headers) {
        std::string_view value = header;
        const auto name = core::trim(core::next_field(value, ':'));
        out.member(name, core::trim(value));
    }
    out.end_object().end_object().key("consent").begin_object();
    if (!given.tcf.empty()) {
        out.member("tcf", given.tcf);
    }
    if (!given.gpp.empty()) {
        out.member("gpp", given.gpp);
    }
    out.end_object().end_object();
    return out.take();
}

class explainer {
  public:
    explicit explainer(const config::config& chosen)
        : options_(chosen.ingest), gates_(gates_of(chosen)),
          pipeline_(passing_pipeline(chosen, options_, gates_)) {}

    // One line of JSON for one event.
    std::string line(std::string event) {
        auto posted = event::decode_body(std::move(event), event::body_format::json);
        if (posted.has_error()) {
            return net::error_response(400, posted.error()).body;
        }
        if (posted->events.size() != 1) {
            return net::error_response(422, {"invalid_body", "one event a line", ""}).body;
        }
        const auto now = core::system_clock().wall();
        const auto judged = pipeline_.judge(std::move(*posted), {},
                                            {.now = now, .received = now, .events_wait = false});
        return ingest::write_explained_event(judged, options_);
    }

  private:
    ingest::options options_;
    ingest::gates gates_;
    ingest::pipeline pipeline_;
};

} // namespace

int explain(const visitor_arguments& given) {
    auto chosen = given.config_file.empty()
                      ? config::load_text("pixels: [{id: C0EXAMPLE0PIXEL0CODE, "
                                          "access_token_env: NONE}]",
                                          config::secrets::ignore)
                      : config::load_file(given.config_file, config::secrets::ignore);
    if (chosen.has_error()) {
        std::cerr << config::format(chosen.error(), given.config_file);
        return bad_configuration;
    }
    explainer shows(*chosen);
    if (!given.from_stdin) {
        std::cout << shows.line(event_of(given)) << '\n';
        return done;
    }
    std::ios::sync_with_stdio(false);
    std::string line;
    while (std::getline(std::cin, line)) {
        if (!core::trim(line).empty()) {
            std::cout << shows.line(std::move(line)) << '\n';
        }
        line.clear();
    }
    return done;
}

} // namespace gatepost::app
