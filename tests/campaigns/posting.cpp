#include "posting.hpp"

#include <gatepost/core/json.hpp>

#include <algorithm>

namespace gatepost::campaigns {
namespace {

said random_visitor(dice& chance, const mixture& of) {
    constexpr double share_of_consent = 0.7;
    if (of.only_consented || chance.happens(share_of_consent)) {
        return said::yes;
    }
    return std::array{said::no, said::nothing, said::objection}[chance.below(3)];
}

// Opens an order and says how it is written down.
wording open(account& book, dice& chance, std::size_t pixel, said visitor, bool with_id) {
    return {.number = book.open(pixel, visitor, with_id),
            .pixel = pixel,
            .with_id = with_id,
            .claims = claims_of(visitor, chance.below(6))};
}

void add_key(posting& to, dice& chance) {
    to.headers.emplace_back("Idempotency-Key", "key-" + std::to_string(chance.seed()) + "-" +
                                                   std::to_string(to.orders.front()));
}

posting compose_single(account& book, dice& chance, const mixture& of) {
    posting made{.target = "/v1/events"};
    const bool with_id = of.only_consented || chance.happens(0.8);
    const auto visitor = random_visitor(chance, of);
    auto order = open(book, chance, chance.below(pixels.size()), visitor, with_id);
    made.orders.push_back(order.number);
    if (chance.happens(0.4)) {
        auto claim = header_claim_of(visitor, chance.below(6));
        order.claims = claim.claims;
        made.headers.emplace_back(claim.name, claim.value);
    }
    if (!with_id) {
        add_key(made, chance);
    }
    made.body = as_event(order);
    return made;
}

posting compose_list(account& book, dice& chance, const mixture& of) {
    posting made{.target = "/v1/events"};
    const auto count = 1 + chance.below(of.longest_list);
    const bool with_ids = of.only_consented || chance.happens(0.8);
    const bool lines = chance.happens(0.3);
    for (std::size_t i = 0; i < count; ++i) {
        const auto order =
            open(book, chance, chance.below(pixels.size()), random_visitor(chance, of), with_ids);
        made.body += (i == 0 ? "" : lines ? "\n" : ",") + as_event(order);
        made.orders.push_back(order.number);
    }
    if (lines) {
        made.headers.emplace_back("Content-Type", "application/x-ndjson");
    } else {
        made.body =
            chance.happens(0.5) ? "[" + made.body + "]" : R"({"events":[)" + made.body + "]}";
    }
    if (!with_ids) {
        add_key(made, chance);
    }
    return made;
}

posting compose_for_tiktok(account& book, dice& chance, const mixture& of) {
    constexpr std::size_t most_in_1_0 = 50;
    const auto pixel = chance.below(pixels.size());
    const bool by_2_0 = chance.happens(0.5);
    const auto count = 1 + chance.below(std::min(of.longest_list, most_in_1_0));
    posting made{.target = by_2_0 ? "/open_api/v1.3/event/track/" : "/open_api/v1.3/pixel/batch/",
                 .in_tiktoks_shape = true};
    for (std::size_t i = 0; i < count; ++i) {
        const auto order = open(book, chance, pixel, random_visitor(chance, of), true);
        made.body += (i == 0 ? "" : ",") + (by_2_0 ? as_event(order) : as_pixel_event(order));
        made.orders.push_back(order.number);
    }
    const std::string code(pixels[pixel]);
    made.body = by_2_0 ? R"({"event_source":"web","event_source_id":")" + code + R"(","data":[)" +
                             made.body + "]}"
                       : R"({"pixel_code":")" + code + R"(","batch":[)" + made.body + "]}";
    return made;
}

void enter_result(account& book, order_number number, core::json::value result) {
    const auto outcome = result.find("outcome").text();
    const auto id = result.find("event_id").text();
    if (outcome == "queued") {
        book.answered(number, answer::queued, id);
    } else if (outcome == "duplicate") {
        book.answered(number, answer::duplicate, id);
    } else if (outcome == "dropped") {
        book.answered(number, answer::dropped, id);
    } else {
        book.find(number, "answered neither queued nor dropped");
    }
}

void enter_results(account& book, const posting& sent, core::json::value results) {
    if (results.size() != sent.orders.size()) {
        book.find(sent.orders.front(), "answered with another number of results");
        return;
    }
    for (std::size_t i = 0; i < sent.orders.size(); ++i) {
        enter_result(book, sent.orders[i], results.at(i));
    }
}

// It says how many were dropped and not which: by the visitors' choices that is known.
void enter_code(account& book, const posting& sent, core::json::value body) {
    if (body.find("code").integer() != std::int64_t{0}) {
        book.find(sent.orders.front(), "refused on TikTok's route");
        return;
    }
    const auto goes = [&](order_number number) { return may_go(book.said_by(number)); };
    const auto kept = std::ranges::count_if(sent.orders, goes);
    const auto dropped = body.find("data").find("dropped").integer().value_or(0);
    if (dropped + kept != static_cast<std::int64_t>(sent.orders.size())) {
        book.find(sent.orders.front(), "another number dropped on TikTok's route");
    }
    for (const auto number : sent.orders) {
        book.answered(number, goes(number) ? answer::queued : answer::dropped);
    }
}

bool was_refused(const test::http_answer& got) {
    return got.status == 503 || got.status == 429;
}

} // namespace

posting compose(account& book, dice& chance, const mixture& of) {
    switch (chance.below(of.only_own_route ? 2 : 3)) {
    case 0:
        return compose_single(book, chance, of);
    case 1:
        return compose_list(book, chance, of);
    default:
        return compose_for_tiktok(book, chance, of);
    }
}

posting compose_withdrawal(const account& book, order_number number) {
    return {.target = "/v1/consent",
            .body = R"({"marketing":"denied","pixel":")" +
                    std::string(pixels[book.pixel_of(number)]) +
                    R"(","user":{"external_id":"visitor-)" + std::to_string(number) + R"("}})"};
}

reply enter(account& book, const posting& sent, const test::http_answer& got) {
    if (got.status == 0) {
        return reply::none;
    }
    if (was_refused(got)) {
        for (const auto number : sent.orders) {
            book.answered(number, answer::refused);
        }
        return reply::refused;
    }
    const auto parsed = core::json::parse(got.body);
    if ((got.status != 200 && got.status != 202) || !parsed) {
        book.find(sent.orders.front(), "answered with HTTP " + std::to_string(got.status));
    } else if (sent.in_tiktoks_shape) {
        enter_code(book, sent, parsed->root());
    } else {
        enter_results(book, sent, parsed->root().find("results"));
    }
    return reply::accepted;
}

reply enter_withdrawal(account& book, order_number number, const test::http_answer& got) {
    if (got.status == 0) {
        return reply::none;
    }
    if (was_refused(got)) {
        return reply::refused;
    }
    if (got.status != 200) {
        book.find(number, "a withdrawal answered with HTTP " + std::to_string(got.status));
    } else {
        book.withdrawn(number);
    }
    return reply::accepted;
}

} // namespace gatepost::campaigns
