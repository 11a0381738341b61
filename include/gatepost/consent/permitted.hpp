// Consent as a type: what holds a permitted<T> got it from the gate.
#pragma once

#include <gatepost/consent/decision.hpp>

#include <optional>
#include <utility>

namespace gatepost::consent {

template <class T>
class permitted;

// The only maker of a permitted value: nothing when the decision is a drop.
template <class T>
std::optional<permitted<T>> admit(const decision& verdict, T value);

template <class T>
class permitted {
  public:
    const T& operator*() const { return value_; }
    const T* operator->() const { return &value_; }
    // True when the event may only go with limited_data_use.
    bool limited() const { return limited_; }

  private:
    template <class U>
    friend std::optional<permitted<U>> admit(const decision& verdict, U value);
    permitted(T value, bool limited) : value_(std::move(value)), limited_(limited) {}

    T value_;
    bool limited_;
};

template <class T>
std::optional<permitted<T>> admit(const decision& verdict, T value) {
    if (!verdict.sends()) {
        return std::nullopt;
    }
    return permitted<T>(std::move(value), verdict.action == action::send_limited);
}

} // namespace gatepost::consent
