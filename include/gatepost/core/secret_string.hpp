// A string that is never printed by accident and is overwritten when it goes.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace gatepost::core {

// Overwrites the bytes in a way the compiler may not drop.
void wipe(std::string& text);

class secret_string {
  public:
    secret_string() = default;
    explicit secret_string(std::string value) : value_(std::move(value)) {}
    secret_string(const secret_string&) = default;
    secret_string(secret_string&& other) noexcept : value_(other.value_) { wipe(other.value_); }
    secret_string& operator=(secret_string other) noexcept {
        value_.swap(other.value_);
        return *this;
    }
    ~secret_string() { wipe(value_); }

    bool empty() const { return value_.empty(); }
    // The only way to read it: search for `reveal` to see every use.
    std::string_view reveal() const { return value_; }

  private:
    std::string value_;
};

} // namespace gatepost::core
