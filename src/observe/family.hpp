// Metrics of one name that differ in their labels.
#pragma once

#include <prometheus/family.h>
#include <prometheus/labels.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace gatepost::observe {

// A family whose members are found by their label values without building a label map each time.
template <class Metric, std::size_t N>
class family {
  public:
    family(prometheus::Family<Metric>& members, std::array<const char*, N> names)
        : members_(&members), names_(names) {}

    // Those of which `gone` says so by their label values. Nobody may hold one of them.
    template <class Gone>
    void remove(Gone&& gone) {
        const std::lock_guard lock(mutex_);
        std::erase_if(known_, [&](const auto& one) {
            const bool goes = gone(one.first);
            if (goes) {
                members_->Remove(one.second);
            }
            return goes;
        });
    }

    Metric& at(const std::array<std::string_view, N>& values) {
        const std::lock_guard lock(mutex_);
        const auto found = known_.find(values);
        if (found != known_.end()) {
            return *found->second;
        }
        std::array<std::string, N> owned;
        prometheus::Labels named;
        for (std::size_t i = 0; i < N; ++i) {
            owned[i] = values[i];
            named.emplace(names_[i], owned[i]);
        }
        Metric& made = members_->Add(named);
        known_.emplace(std::move(owned), &made);
        return made;
    }

  private:
    struct less {
        using is_transparent = void;
        template <class A, class B>
        bool operator()(const A& a, const B& b) const {
            return std::ranges::lexicographical_compare(
                a, b, [](std::string_view x, std::string_view y) { return x < y; });
        }
    };
    prometheus::Family<Metric>* members_;
    std::array<const char*, N> names_;
    std::mutex mutex_;
    std::map<std::array<std::string, N>, Metric*, less> known_;
};

} // namespace gatepost::observe
