#include "account.hpp"

#include <algorithm>
#include <functional>
#include <limits>

namespace gatepost::campaigns {
namespace {

// A request that was written before the withdrawal may be read so much later.
constexpr std::uint32_t on_the_way = 2000; // milliseconds

std::uint64_t hash(std::string_view text) {
    return std::hash<std::string_view>()(text) | 1; // 0 has a meaning of its own
}

void count_up(std::uint16_t& number) {
    number += number < std::numeric_limits<std::uint16_t>::max() ? 1 : 0;
}

} // namespace

std::chrono::milliseconds account::age() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(clock_.steady() - beginning_);
}

order_number account::open(std::size_t pixel, said what, bool with_id) {
    const std::lock_guard lock(guard_);
    const auto number = entries_.size();
    entries_.push_back({.id_hash = with_id ? hash(id_of(number)) : 0,
                        .pixel = static_cast<std::uint8_t>(pixel),
                        .visitor = what});
    return number;
}

std::size_t account::pixel_of(order_number number) const {
    const std::lock_guard lock(guard_);
    return entries_.at(number).pixel;
}

said account::said_by(order_number number) const {
    const std::lock_guard lock(guard_);
    return entries_.at(number).visitor;
}

void account::add_finding(std::string_view kind, order_number number) {
    constexpr std::size_t most_examples = 20;
    ++findings_[std::string(kind)];
    if (examples_.size() < most_examples) {
        auto text = std::string(kind) + ": order " + std::to_string(number);
        if (number < entries_.size() && is_acknowledged(entries_[number].last)) {
            text += entries_[number].last == answer::queued ? ", queued" : ", a duplicate";
            text += " at " + std::to_string(entries_[number].answered_at) + " ms";
        }
        examples_.push_back(std::move(text));
    }
}

void account::know_id(entry& of, order_number number, std::string_view event_id) {
    if (event_id.empty()) {
        return;
    }
    const auto hashed = hash(event_id);
    if (of.id_hash == 0) {
        of.id_hash = hashed;
        made_ids_[hashed] = number;
    } else if (of.id_hash != hashed) {
        add_finding("under two event ids", number);
    }
}

void account::answered(order_number number, answer what, std::string_view event_id) {
    const std::lock_guard lock(guard_);
    auto& found = entries_.at(number);
    refusals_ += what == answer::refused ? 1 : 0;
    know_id(found, number, event_id);
    if (what == answer::dropped && may_go(found.visitor)) {
        add_finding("dropped against the visitor's choice", number);
    }
    if (is_acknowledged(what) && !may_go(found.visitor)) {
        add_finding("queued past the gate", number);
    }
    if (!is_acknowledged(found.last)) {
        found.last = what;
        found.answered_at = now();
        acknowledged_ += is_acknowledged(what) ? 1 : 0;
    }
}

void account::find(order_number number, std::string_view kind) {
    const std::lock_guard lock(guard_);
    add_finding(kind, number);
}

void account::withdrawing(order_number number) {
    const std::lock_guard lock(guard_);
    entries_.at(number).withdrawing = true;
}

void account::withdrawn(order_number number) {
    const std::lock_guard lock(guard_);
    entries_.at(number).withdrawn_at = std::max(1U, now());
}

void account::seen(const sighting& what, bool taken) {
    const std::lock_guard lock(guard_);
    if (what.number >= entries_.size()) {
        add_finding("never posted", what.number);
        return;
    }
    auto& found = entries_[what.number];
    know_id(found, what.number, what.event_id);
    if (!may_go(found.visitor)) {
        add_finding("sent past the gate", what.number);
    }
    if (what.pixel != pixels[found.pixel] || what.event != event_of(what.number) ||
        what.value != value_of(what.number)) {
        add_finding("not as it was posted", what.number);
    }
    if (found.withdrawn_at != 0 && now() > found.withdrawn_at + on_the_way) {
        add_finding("sent after the withdrawal", what.number);
    }
    count_up(found.seen);
    if (taken) {
        delivered_ += found.taken == 0 ? 1 : 0;
        count_up(found.taken);
    }
}

void account::dead(std::string_view pixel, std::string_view event_id, std::string_view reason) {
    const std::lock_guard lock(guard_);
    constexpr std::string_view own = "order-";
    order_number number = entries_.size();
    if (const auto made = made_ids_.find(hash(event_id)); made != made_ids_.end()) {
        number = made->second;
    } else if (event_id.starts_with(own)) {
        number = std::stoull(std::string(event_id.substr(own.size())));
    }
    if (number >= entries_.size()) {
        add_finding("a dead letter of no order", 0);
        return;
    }
    if (pixel != pixels[entries_[number].pixel]) {
        add_finding("a dead letter of another pixel", number);
    }
    const auto known = std::ranges::find(reasons_, reason);
    entries_[number].reason = static_cast<std::uint8_t>(known - reasons_.begin() + 1);
    if (known == reasons_.end()) {
        reasons_.emplace_back(reason);
    }
}

std::uint64_t account::acknowledged() const {
    const std::lock_guard lock(guard_);
    return acknowledged_;
}

std::uint64_t account::delivered() const {
    const std::lock_guard lock(guard_);
    return delivered_;
}

totals account::add_up() const {
    const std::lock_guard lock(guard_);
    totals sum;
    sum.orders = entries_.size();
    sum.refusals = refusals_;
    for (const auto& each : entries_) {
        const bool gone = each.taken > 0 || each.reason > 0;
        sum.acknowledged += is_acknowledged(each.last) ? 1 : 0;
        sum.dropped += each.last == answer::dropped ? 1 : 0;
        sum.refused += each.last == answer::refused ? 1 : 0;
        sum.unanswered += each.last == answer::none ? 1 : 0;
        sum.delivered += each.taken > 0 ? 1 : 0;
        sum.repeated += each.taken > 1 ? each.taken - 1U : 0U;
        sum.withdrawn += each.withdrawing && !gone ? 1 : 0;
        sum.kept_unanswered += each.last == answer::none && gone ? 1 : 0;
        sum.sent_though_refused += each.last == answer::refused && each.seen > 0 ? 1 : 0;
        if (each.reason > 0) {
            ++sum.dead[reasons_[each.reason - 1U]];
        }
    }
    return sum;
}

// What an order has come to in the end.
void account::judge(const entry& each, order_number number) {
    const bool was_taken = each.taken > 0;
    const bool is_dead = each.reason > 0;
    const auto wrong = flaw_of(number);
    if (is_acknowledged(each.last) && !was_taken && !is_dead && !each.withdrawing) {
        add_finding("lost", number);
    }
    if (is_dead && wrong == flaw::none) {
        add_finding("a dead letter without a fault", number);
    } else if (is_dead && reasons_[each.reason - 1U] !=
                              (wrong == flaw::invalid ? "invalid" : "failed_event")) {
        add_finding("a dead letter with the wrong reason", number);
    }
    if (each.last == answer::dropped && is_dead) {
        add_finding("dropped and yet kept", number);
    }
}

std::map<std::string, std::uint64_t> account::close() {
    const std::lock_guard lock(guard_);
    for (order_number number = 0; number < entries_.size(); ++number) {
        judge(entries_[number], number);
    }
    return findings_;
}

} // namespace gatepost::campaigns
