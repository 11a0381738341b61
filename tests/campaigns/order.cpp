#include "order.hpp"

#include <gatepost/core/clock.hpp>
#include <gatepost/core/iso8601.hpp>

namespace gatepost::campaigns {
namespace {

constexpr std::array<std::string_view, 4> events{"Purchase", "AddToCart", "ViewContent",
                                                 "InitiateCheckout"};
constexpr auto germany = R"("visitor":{"country":"DE"})";

std::chrono::sys_seconds now() {
    return core::to_seconds(core::system_clock().wall());
}

std::string seconds_now() {
    return std::to_string(now().time_since_epoch().count());
}

std::string relay_cookie(char choice) {
    return std::string("gatepost_consent=v1.m:") + choice + ".s:" + seconds_now() + ".src:shop";
}

std::string cookie(std::string_view text) {
    return R"("visitor":{"country":"DE","cookie":")" + std::string(text) + R"("})";
}

std::string properties(order_number number) {
    return R"("properties":{"order_id":")" + std::to_string(number) + R"(","value":)" +
           std::to_string(value_of(number)) + R"(,"currency":"EUR","description":")" +
           std::string(200, 'x') + R"("})";
}

std::string page(order_number number) {
    return R"("page":{"url":"https://shop.example/thanks?order=)" + std::to_string(number) +
           R"("})";
}

std::string id_member(const wording& chosen) {
    return chosen.with_id ? R"(,"event_id":")" + id_of(chosen.number) + '"' : "";
}

} // namespace

flaw flaw_of(order_number number) {
    return number % 997 == 500 ? flaw::invalid : number % 499 == 7 ? flaw::failed : flaw::none;
}

std::string_view event_of(order_number number) {
    return events[number % events.size()];
}

std::int64_t value_of(order_number number) {
    return static_cast<std::int64_t>((number * 7919) % 1'000'003);
}

std::string id_of(order_number number) {
    return "order-" + std::to_string(number);
}

std::string as_event(const wording& chosen) {
    const auto who = std::to_string(chosen.number);
    return R"({"event":")" + std::string(event_of(chosen.number)) + '"' + id_member(chosen) +
           R"(,"event_time":)" + seconds_now() + R"(,"pixel":")" +
           std::string(pixels[chosen.pixel]) + R"(","user":{"email":"visitor.)" + who +
           R"(@example.com","external_id":"visitor-)" + who + R"("},)" + page(chosen.number) + ',' +
           properties(chosen.number) + ',' + chosen.claims + '}';
}

std::string as_pixel_event(const wording& chosen) {
    const auto who = std::to_string(chosen.number);
    return R"({"type":"track","event":")" + std::string(event_of(chosen.number)) + '"' +
           id_member(chosen) + R"(,"timestamp":")" + core::to_iso8601(now()) +
           R"(","context":{"user":{"external_id":"visitor-)" + who + R"("},)" +
           page(chosen.number) + "}," + properties(chosen.number) + ',' + chosen.claims + '}';
}

std::string claims_of(said what, std::size_t way) {
    switch (what) {
    case said::yes:
        switch (way % 3) {
        case 0:
            return cookie(R"(klaro={\"tiktok-pixel\":true})");
        case 1:
            return cookie(relay_cookie('1'));
        default:
            return std::string(germany) + R"(,"consent":{"marketing":"granted","at":)" +
                   seconds_now() + "}";
        }
    case said::no:
        switch (way % 3) {
        case 0:
            return cookie(R"(klaro={\"tiktok-pixel\":false})");
        case 1:
            return cookie(relay_cookie('0'));
        default:
            return std::string(germany) + R"(,"consent":{"marketing":"denied"})";
        }
    case said::nothing:
        return way % 2 == 0 ? germany : cookie("_ga=GA1.1.1; session=abc");
    case said::objection:
        return R"("visitor":{"country":"US","headers":{"sec-gpc":"1"}})";
    }
    return germany;
}

header_claim header_claim_of(said what, std::size_t way) {
    switch (what) {
    case said::yes:
        return way % 2 == 0 ? header_claim{"Cookie", relay_cookie('1'), germany}
                            : header_claim{"X-Consent-Marketing", "granted", germany};
    case said::no:
        return way % 2 == 0 ? header_claim{"Cookie", relay_cookie('0'), germany}
                            : header_claim{"X-Consent-Marketing", "denied", germany};
    case said::nothing:
        return {"Cookie", "session=abc", germany};
    case said::objection:
        return {"Sec-GPC", "1", R"("visitor":{"country":"US"})"};
    }
    return {};
}

} // namespace gatepost::campaigns
