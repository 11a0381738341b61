#include <gatepost/relay/batch_plan.hpp>

#include <algorithm>
#include <numeric>
#include <utility>

namespace gatepost::relay {

using core::outcome;

batch_plan::batch_plan(std::size_t records) : clean_(records), most_(records) {
    std::iota(clean_.begin(), clean_.end(), std::size_t{0});
}

const std::vector<std::size_t>& batch_plan::next() {
    auto& from = search_.empty() ? clean_ : search_;
    const auto count = search_.empty() ? std::min(most_, clean_.size()) : (search_.size() + 1) / 2;
    const auto end = from.begin() + static_cast<std::ptrdiff_t>(count);
    sent_.assign(from.begin(), end);
    from.erase(from.begin(), end);
    return sent_;
}

const std::vector<std::size_t>& batch_plan::leave_out(const std::vector<std::size_t>& places) {
    std::erase_if(sent_,
                  [&](std::size_t place) { return std::ranges::binary_search(places, place); });
    return sent_;
}

void batch_plan::answered(const core::delivery& answer) {
    const auto sent = std::exchange(sent_, {});
    std::vector<std::size_t> suspects;
    std::vector<std::size_t> again;
    bool found = false;
    for (std::size_t i = 0; i < sent.size(); ++i) {
        switch (answer.records[i]) {
        case outcome::delivered:
            break;
        case outcome::dead:
            found = true;
            break;
        case outcome::suspect:
            suspects.push_back(sent[i]);
            break;
        case outcome::resend:
        case outcome::retry:
            again.push_back(sent[i]);
            break;
        }
    }
    set_aside(again);
    if (answer.oversized) {
        most_ = std::max<std::size_t>(1, sent.size() / 2);
        set_aside(suspects);
        return;
    }
    if (!suspects.empty()) {
        search(std::move(suspects));
    } else if (found) {
        search({}); // what else the searched range held may be clean
    }
}

// The search goes on in `spoilt`; nothing is known any more against what else was searched.
void batch_plan::search(std::vector<std::size_t> spoilt) {
    set_aside(std::exchange(search_, std::move(spoilt)));
}

void batch_plan::set_aside(const std::vector<std::size_t>& places) {
    const auto middle = clean_.insert(clean_.end(), places.begin(), places.end());
    std::inplace_merge(clean_.begin(), middle, clean_.end());
}

std::vector<std::size_t> batch_plan::undecided() const {
    std::vector<std::size_t> result = clean_;
    result.insert(result.end(), search_.begin(), search_.end());
    result.insert(result.end(), sent_.begin(), sent_.end());
    std::ranges::sort(result);
    return result;
}

} // namespace gatepost::relay
