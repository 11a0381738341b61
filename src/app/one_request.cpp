#include "one_request.hpp"

#include "printable.hpp"

#include <gatepost/core/json.hpp>
#include <gatepost/observe/metrics.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace gatepost::app {

received_answer send_once(const net::client_options& to, core::upstream_request request) {
    boost::asio::io_context context(1);
    observe::metrics metrics({});
    net::http_client client(context, to, metrics);
    std::optional<received_answer> received;
    std::exception_ptr thrown;
    boost::asio::co_spawn(context, client.send(std::move(request), [] { return true; }),
                          [&](std::exception_ptr failure, received_answer got) {
                              thrown = failure;
                              received.emplace(std::move(got));
                          });
    context.run();
    if (thrown) {
        std::rethrow_exception(thrown);
    }
    return std::move(*received);
}

std::string explained(const core::upstream_answer& refusal) {
    auto text = "HTTP " + std::to_string(refusal.status);
    if (const auto parsed = core::json::parse(refusal.body)) {
        const auto error = parsed->root().find("error");
        for (const auto* const member : {"code", "path", "message"}) {
            if (const auto part = error.find(member).text(); !part.empty()) {
                text += ": " + printable(part);
            }
        }
    }
    return text;
}

} // namespace gatepost::app
