#include "closing.hpp"

#include <csignal>
#include <iomanip>
#include <iostream>
#include <support/dead_letters.hpp>
#include <support/eventually.hpp>

namespace gatepost::campaigns {
namespace {

// `waiting` and `leased` are two looks: a drained queue shows nothing twice.
bool drain(const daemon_under_test& running, std::chrono::seconds limit) {
    int empty = 0;
    return test::eventually(
        [&] {
            empty = running.unsettled() == 0 ? empty + 1 : 0;
            return empty == 2;
        },
        limit);
}

void print(std::string_view name, std::uint64_t number) {
    std::cout << "  " << std::left << std::setw(34) << name << std::right << std::setw(10) << number
              << '\n';
}

void print(const totals& sum) {
    std::cout << "account of " << sum.orders << " events\n";
    print("acknowledged", sum.acknowledged);
    print("dropped by the gate", sum.dropped);
    print("answered 503 or 429, also again", sum.refusals);
    print("  and never taken", sum.refused);
    print("without an answer", sum.unanswered);
    print("  of these delivered or dead", sum.kept_unanswered);
    print("delivered", sum.delivered);
    print("repeated deliveries, same id", sum.repeated);
    print("withdrawn before delivery", sum.withdrawn);
    print("sent although refused", sum.sent_though_refused);
    for (const auto& [reason, count] : sum.dead) {
        print("dead: " + reason, count);
    }
}

bool print(const std::map<std::string, std::uint64_t>& findings, const account& book) {
    for (const std::string must : {"lost", "sent past the gate"}) {
        if (!findings.contains(must)) {
            print(must, 0);
        }
    }
    for (const auto& [kind, count] : findings) {
        print(kind, count);
    }
    for (const auto& each : book.examples()) {
        std::cout << "    " << each << '\n';
    }
    return findings.empty();
}

} // namespace

bool close_account(daemon_under_test& running, upstream& to, account& book,
                   std::chrono::seconds limit) {
    to.storm(0);
    to.listen();
    bool passed = drain(running, limit);
    if (!passed) {
        std::cout << "NOT DRAINED: " << running.unsettled() << " wait\n";
    }
    running.signal(SIGTERM);
    if (const int code = running.wait(); code != 0) {
        std::cout << "the daemon ended with " << code << '\n';
        passed = false;
    }
    for (const auto& each : test::dead_letters(running.spool())) {
        book.dead(each.pixel, each.event_id, each.reason);
    }
    print(book.add_up());
    return print(book.close(), book) && passed;
}

int run(const std::function<bool()>& campaign) {
    bool passed = false;
    try {
        passed = campaign();
    } catch (const std::exception& failure) {
        std::cout << "broken off: " << failure.what() << '\n';
    }
    std::cout << (passed ? "PASSED" : "FAILED") << std::endl;
    return passed ? 0 : 1;
}

} // namespace gatepost::campaigns
