// A string that is never printed by accident and is overwritten when it goes.
#pragma once

#include <gatepost/core/result.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace gatepost::core {

// Overwrites the bytes in a way the compiler may not drop.
void wipe(std::string& text);

class secret_string {
  public:
    secret_string() = default;
    // A short text is copied when it is moved: what is left of it is overwritten, too.
    explicit secret_string(std::string value) : value_(std::move(value)) { wipe(value); }
    secret_string(const secret_string&) = default;
    secret_string(secret_string&& other) noexcept : value_(std::move(other.value_)) {
        wipe(other.value_);
    }
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

// Whoever runs a command may hand it a secret through a pipe (process substitution), and waits for
// its writer. A daemon must wait for nobody: a pipe without a writer would hold up every reload.
enum class secret_file { regular, pipe_as_well };

constexpr std::size_t longest_secret = 64 * 1024; // bytes

// All that a file holds, and nowhere else: streams keep a copy in their buffers. Errors: what the
// file system says; not_supported for what is no regular file and may not be a pipe either;
// file_too_large past `most` bytes.
result<secret_string> read_secret(const std::string& file, std::size_t most = longest_secret,
                                  secret_file kind = secret_file::regular);

} // namespace gatepost::core
