// Logs: one line per thing that happened, as JSON for machines or text for people, on standard
// error.
//
// There is no call that logs free text from a request: messages are literals, and fields hold names
// from the configuration, numbers and error texts of the machine. Identifiers, addresses, cookies
// and tokens have no way in.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace gatepost::observe {

enum class level { debug, info, warn, error };
enum class log_format { json, text };

// Section `log` of the configuration.
struct log_options {
    observe::level level = observe::level::info;
    log_format format = log_format::json;
};

struct field {
    std::string_view name;
    std::variant<std::string_view, std::int64_t, double, bool> value;

    field(std::string_view key, std::string_view text) : name(key), value(text) {}
    field(std::string_view key, const char* text) : name(key), value(std::string_view(text)) {}
    field(std::string_view key, const std::string& text)
        : name(key), value(std::string_view(text)) {}
    field(std::string_view key, std::int64_t number) : name(key), value(number) {}
    field(std::string_view key, std::uint64_t number)
        : name(key), value(static_cast<std::int64_t>(number)) {}
    field(std::string_view key, int number) : name(key), value(std::int64_t{number}) {}
    field(std::string_view key, double number) : name(key), value(number) {}
    field(std::string_view key, bool flag) : name(key), value(flag) {}
};

// For the whole process, before the first thread starts.
void configure_log(const log_options& chosen);
// From now on. Any thread.
void set_log_level(level least);

// `message` is a literal. Any thread.
void log(level severity, std::string_view message, std::initializer_list<field> fields = {});

} // namespace gatepost::observe
