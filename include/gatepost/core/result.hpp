// What can fail because of input or the world returns a result; exceptions are for start-up and
// bugs.
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <string>
#include <utility>

namespace gatepost::core {

using error_code = boost::system::error_code;

template <class T, class Error = error_code>
using result = boost::system::result<T, Error>;

// Something in a request that is not as it must be. `code` is one of the words of docs/http-api.md,
// `path` a JSON pointer into the request ("" for the request as a whole). Neither `message` nor
// `path` ever repeats a value that was sent.
struct input_error {
    input_error() = default;
    // Without a constructor a string would be one (C++20 aggregate initialisation), and
    // result<std::string, input_error> ambiguous.
    input_error(std::string code_, std::string message_, std::string path_)
        : code(std::move(code_)), message(std::move(message_)), path(std::move(path_)) {}

    std::string code;
    std::string message;
    std::string path;
};

template <class T>
using input_result = result<T, input_error>;

[[noreturn]] void throw_exception_from_error(const input_error& error,
                                             const boost::source_location& where);

} // namespace gatepost::core
