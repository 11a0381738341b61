// A table about the upstream's answers happens all at once: each row has a pixel of its own, and no
// row waits for another.
#pragma once

#include "stage.hpp"

#include <catch2/catch.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <support/eventually.hpp>
#include <support/sidecar.hpp>

namespace gatepost::test {

inline std::string pixel_of(std::size_t row) {
    return "C0ROW000000000000" + std::to_string(100 + row);
}

// The section `pixels` for so many rows, and `more` keys for each of them.
inline std::string pixels_of(std::size_t rows, const std::string& more = "") {
    std::string list;
    for (std::size_t row = 0; row < rows; ++row) {
        list += (row == 0 ? "{id: " : ", {id: ") + pixel_of(row) +
                ", access_token_env: TEST_ACCESS_TOKEN" + (more.empty() ? "" : ", " + more) + "}";
    }
    return "pixels: [" + list + "]\n";
}

// Retries at once, and whatever waits for retry.max waits longer than any test.
constexpr auto at_once = "rate: 0, batch: {linger: 20ms}, retry: {first: 2ms, max: 1h}, "
                         "breaker: {failures: 5, open: 5ms, max: 20ms}";

// An event that may be sent; `more` members begin with a comma.
inline std::string event_of(const std::string& pixel, const std::string& id,
                            const std::string& more = "") {
    return event_with(id, R"("consent":{"marketing":"granted"},"pixel":")" + pixel + '"' + more);
}

// "<id>0", "<id>1", ... in one request, and so in one batch.
inline std::string list_of(const std::string& pixel, const std::string& id, std::size_t count) {
    std::string list;
    for (std::size_t i = 0; i < count; ++i) {
        list += (i == 0 ? "[" : ",") + event_of(pixel, id + std::to_string(i));
    }
    return list + "]";
}

// {"pixel":PIXEL,TOLD}
inline std::string told_of(const std::string& pixel, const std::string& told) {
    return R"({"pixel":")" + pixel + "\"," + told + "}";
}

// How many requests of a pixel had this outcome.
inline double requests(const sidecar& of, const std::string& pixel, std::string_view outcome) {
    return of.metric("gatepost_upstream_requests_total{outcome=\"" + std::string(outcome) +
                     "\",pixel=\"" + pixel + "\"}");
}

inline double delivered(const sidecar& of, const std::string& pixel) {
    return of.metric("gatepost_delivered_total{pixel=\"" + pixel + "\"}");
}

inline double paused(const sidecar& of, const std::string& pixel, std::string_view reason) {
    return of.metric("gatepost_pixel_paused{pixel=\"" + pixel + "\",reason=\"" +
                     std::string(reason) + "\"}");
}

inline double breaker(const sidecar& of, const std::string& pixel) {
    return of.metric("gatepost_breaker_state{pixel=\"" + pixel + "\"}");
}

// What GET /v1/status says of a pixel.
struct shown_pixel {
    std::string mode;
    std::string paused;
    std::string last_outcome;
    std::int64_t last_code = -1;
    std::string last_request_id;
};

inline shown_pixel status_of(const sidecar& of, const std::string& pixel) {
    const auto page = core::json::parse(http_get(of.admin(), "/v1/status").body).value();
    shown_pixel found;
    page.root().find("pixels").each_element([&](core::json::value each) {
        if (each.find("id").text() == pixel) {
            const auto last = each.find("last_answer");
            found = {.mode = std::string(each.find("mode").text()),
                     .paused = std::string(each.find("paused").text()),
                     .last_outcome = std::string(last.find("outcome").text()),
                     .last_code = last.find("code").integer().value_or(-1),
                     .last_request_id = std::string(last.find("request_id").text())};
        }
    });
    return found;
}

inline http_answer resume(const sidecar& of, const std::string& pixel) {
    return http_connection(of.admin()).post("/v1/pixels/" + pixel + "/resume", "");
}

} // namespace gatepost::test
